"""What happens in each team of the invented organisation, as data; `story` says what is in one."""

from service.demo.story import Move, Promise, Repair, Said, Story

PAST_WAVES = 8

STORIES = (
    Story(
        "Workshop",
        line="Recovering: three promises were kept, and the team said so.",
        safety=(48, 46, 49, 52, 60, 67, 70, 72, 72),
        confidence=(46, 47, 45, 50, 58, 66, 70, 72, 72),
        follow_through=(34, 32, 36, 40, 58, 71, 77, 80, 80),
        answering=(8, 9, 8, 8, 9, 8, 8, 8, 8),
        shares={
            0: "Thank you. What I read: dates do not hold, and you hear it too late. That is mine to fix.",
            2: "The board works, you say. Material is the next thing: you will hear about it the same day.",
            3: "Two dates held and one moved, in time. That is the way I want it.",
            4: "Clearly better on dates. Some of you still hold back in one-to-ones. I heard that.",
            5: "One-to-ones first: I ask before I pass anything on.",
            6: "The saw is what I hear most. It costs us a day each time.",
            7: "This is your work as much as mine. One more promise below.",
        },
        promises=(
            Promise(0, "Every job gets a date we agree on together, written on the board.", 21, 14),
            Promise(
                2,
                "When material is late you hear it the day I know it.",
                14,
                18,
                moves=(Move(9, 21, "The supplier's notices only start next week."),),
            ),
            Promise(4, "What is said in a one-to-one stays there; I ask before passing it on.", 21, 18),
            Promise(7, "Each of you chooses one tool we replace this quarter.", 30),
        ),
        said=(
            Said(
                6, "retro", "The saw is down every second week.", "will_do", "It costs us a day each time.",
                promise="The saw is serviced every month, on a day we fix together.",
            ),
            Said(
                7, "other", "Could we start at six in summer?", "will_not",
                "The neighbours agreed to noise from seven on, and I gave them my word.",
            ),
            Said(
                7, "mailbox", "The car park is dark in the evening.", "not_ours",
                "The yard is theirs; I asked for two lamps and tell you what comes back.",
                passed_to="building services",
            ),
        ),
        pledge="What you tell me in private stays with me. If I must pass something on, I ask you first "
        "and tell you what I will say. I do not try to find out who answered what.",
    ),
    Story(
        "Support",
        line="Declining: dates passed, and trust went with them. Now there is a plan to repair it.",
        safety=(76, 75, 77, 74, 66, 56, 48, 45, 45),
        confidence=(74, 75, 73, 74, 69, 60, 54, 51, 50),
        follow_through=(79, 77, 80, 78, 60, 46, 39, 37, 36),
        answering=(8, 8, 9, 8, 8, 9, 8, 8, 8),
        plan="no",
        shares={
            0: "Good to see this. Two things to look at together: the weekend rota and Mondays.",
            1: "Thank you. I will start with the rota.",
        },
        promises=(
            Promise(
                1, "The weekend rota is fixed four weeks ahead.", 30, 18, team_says="not_yet"
            ),
            Promise(
                3,
                "A second person is on the phones on Monday mornings.",
                21,
                moves=(
                    Move(22, 42, "Hiring took longer than I was told."),
                    Move(43, 60, "Still no one found; I should have said so earlier."),
                ),
            ),
            Promise(5, "Every suggestion from our last meeting gets a written answer.", 14),
        ),
        repair=Repair(
            5,
            "Three dates passed one after the other, and the team heard of it afterwards.",
            "To hear early when something cannot work, even when it is said in two words.",
            "To be told before a date passes, and to be asked before a shift is changed.",
            (
                Promise(5, "The rota for the next weekend is talked about on Wednesdays.", 21, 9),
                Promise(5, "Two days before any date of mine, the team hears whether it holds.", 45),
            ),
        ),
    ),
    Story(
        "Design",
        line="Falling silent: fewer answer each time, until there is nothing to show.",
        safety=(60, 59, 61, 58, 58, 60, 62, 64, 64),
        confidence=(57, 55, 54, 50, 48, 47, 49, 50, 50),
        follow_through=(62, 60, 61, 60, 62, 65, 68, 70, 70),
        answering=(8, 8, 8, 7, 7, 6, 4, 3, 3),
        plan="partly",
        shares={0: "Thanks for answering. We will talk about it on Thursday."},
    ),
    Story(
        "Field Sales",
        line="A leader of five: the promises first, and figures only when everybody answers.",
        safety=(70, 71, 69, 72, 70, 71, 73, 72, 72),
        confidence=(66, 68, 67, 66, 69, 70, 70, 71, 71),
        follow_through=(58, 60, 61, 60, 64, 66, 68, 68, 68),
        answering=(5, 5, 4, 5, 5, 4, 5, 5, 5),
        shares={
            3: "Everybody answered. Thank you.",
            4: "Routes hold, I hear. Travel claims do not.",
            5: "Only some of you answered, and that is fine. Here is what I would like to try.",
            6: "Everybody answered this time. Thank you.",
        },
        shares_on_day=1,
        promises=(
            Promise(1, "Routes are settled a week ahead, not the evening before.", 30, 18),
            Promise(5, "Travel claims are paid within ten days.", 30, 18),
        ),
    ),
    Story(
        "Finance",
        line="A team of three: never shown separately, and counted one level up.",
        safety=(64,) * 9,
        confidence=(62,) * 9,
        follow_through=(66,) * 9,
        answering=(3, 3, 3, 3, 3, 3, 3, 3, 3),
    ),
    Story(
        "Making",
        line="A leader of leaders: forty-six people in one figure, with the small teams inside.",
        safety=(64, 65, 63, 66, 64, 65, 66, 65, 65),
        confidence=(60, 61, 62, 60, 63, 62, 62, 63, 63),
        follow_through=(61, 60, 62, 63, 62, 64, 63, 64, 64),
        answering=(8, 9, 8, 9, 8, 9, 9, 8, 9),
        shares={
            3: "We will plan the season with all five teams in one room.",
            4: "Five teams, one figure. I read it with your leaders on Thursday.",
            5: "Steady. The plan is half a page by now.",
            6: "One plan, one page.",
        },
        shares_on_day=2,
        promises=(Promise(3, "The season plan fits on one page that all teams can see.", 30, 24),),
    ),
    Story(
        "Warehouse",
        line="Twelve people in two camps: the same average as before, and far apart.",
        safety=(58, 57, 59, 58, 57, 58, 59, 58, 58),
        confidence=(56, 57, 55, 57, 56, 55, 57, 56, 56),
        follow_through=(55, 56, 54, 55, 57, 56, 55, 56, 56),
        answering=(10, 10, 11, 10, 11, 10, 11, 10, 10),
        spread=8.0,
        camps=True,
        plan="partly",
        shares={
            2: "Both shifts get the same news from now on.",
            3: "I read two different weeks in these answers.",
            4: "The shifts see it differently. I come to both handovers.",
            6: "Let us compare notes across shifts.",
        },
        shares_on_day=3,
    ),
    Story(
        "Studio Kolkata",
        safety=(68, 66, 69, 67, 68, 70, 68, 69, 69),
        confidence=(70, 69, 71, 70, 70, 69, 71, 70, 70),
        follow_through=(64, 66, 65, 67, 65, 66, 64, 66, 66),
        answering=(6, 7, 6, 7, 7, 6, 7, 6, 7),
        shares={
            3: "Thank you. The hour of the reviews is what I hear most.",
            4: "Steady. I would like to hear what would make it good rather than fine.",
            5: "Reviews at a better hour: tell me whether it holds.",
            6: "It holds. What else?",
        },
        shares_on_day=1,
        promises=(Promise(4, "Design reviews start at a time that suits both cities.", 30, 18),),
        away=True,
    ),
    Story(
        "Web Shop",
        safety=(82, 80, 83, 81, 82, 84, 82, 83, 83),
        confidence=(80, 82, 79, 81, 82, 80, 81, 82, 82),
        follow_through=(78, 80, 79, 81, 80, 82, 81, 80, 80),
        answering=(8, 7, 8, 8, 7, 8, 8, 8, 8),
        shares={
            1: "Thank you. We keep the Friday demo.",
            3: "Good again. The Friday demo stays as it is.",
            4: "On-call is what I hear most. I am on it.",
            5: "Nothing to fix, one thing to try.",
            6: "Swapping weeks works, you say. It stays.",
        },
        promises=(Promise(5, "On-call weeks are swapped without asking why.", 21, 14),),
    ),
    Story(
        "Osier Works",
        safety=(67, 66, 68, 67, 66, 68, 67, 68, 68),
        confidence=(65, 66, 64, 66, 65, 67, 66, 66, 66),
        follow_through=(66, 65, 67, 66, 67, 65, 66, 67, 67),
        answering=(8, 9, 9, 8, 9, 9, 8, 9, 9),
        shares={
            0: "This is for improving our own work, nothing else.",
            3: "Read, with thanks. I answer in the all-hands.",
            4: "Thank you for going on.",
            5: "Two things come back each time. They are on the next agenda.",
            6: "Both are on the agenda, and who looks after them.",
        },
        shares_on_day=4,
    ),
)  # fmt: skip
STORY_OF = {story.team: story for story in STORIES}
