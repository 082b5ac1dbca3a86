from integrations.directory.csv import parse_people
from service.demo import organisation as invented
from service.demo.answering import loop_answer, scale_answer, who_answers
from service.demo.stories import PAST_WAVES, STORIES, STORY_OF


def asked_in(unit: invented.Unit) -> int:
    """Members, and the leaders of the units right below."""
    return len(unit.members) + sum(below.above == unit.name for below in invented.UNITS)


def test_eighty_people_are_asked_in_ten_teams_and_four_zones():
    assert sum(asked_in(unit) for unit in invented.UNITS) == 80
    assert len(invented.UNITS) == 10
    assert len({worker.zone for worker in invented.workers()}) == 4


def test_there_is_a_team_of_three_one_of_five_and_stories_in_teams_of_seven_to_nine():
    asked = {unit.name: asked_in(unit) for unit in invented.UNITS}

    assert (asked["Finance"], asked["Field Sales"]) == (3, 5)
    assert all(7 <= asked[team] <= 9 for team in ("Workshop", "Support", "Design"))


def test_names_addresses_and_slack_ids_are_unique():
    workers = invented.workers()

    assert len({worker.name for worker in workers}) == len(workers)
    assert len(invented.slack_ids()) == len(set(invented.slack_ids().values())) == len(workers)


def test_the_people_file_is_one_that_the_import_takes():
    rows, problems = parse_people(invented.people_file().encode())

    assert problems == []
    assert len(rows) == 81


def test_every_team_has_a_story_of_nine_waves_that_its_size_allows():
    for unit in invented.UNITS:
        story = STORY_OF[unit.name]
        levels = (story.safety, story.confidence, story.follow_through, story.answering)
        assert {len(each) for each in levels} == {PAST_WAVES + 1}
        assert max(story.answering) <= asked_in(unit)


def test_the_same_people_answer_the_same_every_time():
    people = [f"p{number}@osier.example" for number in range(9)]
    story = STORY_OF["Support"]
    once = [scale_answer(story, people, one, 3, "PSY-01", "PSY", backwards=False) for one in people]
    again = [scale_answer(story, people, one, 3, "PSY-01", "PSY", backwards=False) for one in people]

    assert once == again
    assert len(set(once)) > 1


def test_whoever_falls_silent_stays_silent():
    people = [f"p{number}@osier.example" for number in range(8)]
    story = STORY_OF["Design"]

    assert set(who_answers(story, people, 7)) <= set(who_answers(story, people, 5))


def test_a_statement_the_other_way_round_is_answered_the_other_way_round():
    people = ["p@osier.example"]
    story = STORY_OF["Web Shop"]
    plain = scale_answer(story, people, people[0], 0, "X", "PSY", backwards=False)
    backwards = scale_answer(story, people, people[0], 0, "X", "PSY", backwards=True)

    assert plain + backwards == 6


def test_a_team_says_of_a_promise_what_its_story_says():
    people = [f"p{number}@osier.example" for number in range(9)]
    for story in STORIES:
        for promise in story.promises:
            said = [loop_answer(story, one, 2, "LOOP-03", f"“{promise.text}”") for one in people]
            kept = said.count(1) >= 6
            assert kept == (promise.team_says == "kept"), promise.text
