"""The team's word on a loop question: one word out of votes, never counts. Storage is not here."""

from collections.abc import Mapping

DECIDED_VOTES = 4  # at least so many have to take a side; frozen with each wave
SHARE_FOR_A_WORD = 0.5  # of those asked; frozen with each wave too
DISSENT = 2  # one voice alone never makes a word, on either side

KEPT, NOT_YET, CANT_TELL, TOO_FEW = "kept", "not_yet", "cant_tell", "too_few"
YES, PARTLY, NO = "yes", "partly", "no"
DIFFERENCES = ("better", "no_difference", "worse")
MIXED, TOO_EARLY = "mixed", "too_early"


def team_word(
    votes: Mapping[str, int], asked: int, *, needed: int = DECIDED_VOTES, share: float = SHARE_FOR_A_WORD
) -> str:
    """Return what a team says to "was it kept?" (LOOP-03).

    Args:
        votes: how many pressed `kept`, `partly`, `not_kept` and `cant_tell`; absent is none.
        asked: how many people of the unit were asked, whoever answered.
        needed: decided votes a word needs, as the rules of the wave say.
        share: of those asked, that many have to decide besides, 0 to 1.

    Returns:
        `kept`; `not_yet` when at least two said partly or not; `cant_tell` when enough people
        answered but too few took a side; `too_few` when too few answered at all.

    Source:
        A word needs `needed` decided votes and, unless a wave froze more, half of those asked.
    """
    against = votes.get("partly", 0) + votes.get("not_kept", 0)
    decided = votes.get("kept", 0) + against
    if _enough(decided, asked, needed, share):
        return NOT_YET if against >= DISSENT else KEPT
    return CANT_TELL if _enough(decided + votes.get("cant_tell", 0), asked, needed, share) else TOO_FEW


def said_word(
    votes: Mapping[str, int], asked: int, *, needed: int = DECIDED_VOTES, share: float = SHARE_FOR_A_WORD
) -> str:
    """Return what a team says to "did our leader say what will be done?" (LOOP-02).

    Args:
        votes: how many pressed `yes`, `partly`, `no` and `not_sure`; absent is none.
        asked: how many people of the unit were asked, whoever answered.
        needed: decided votes a word needs, as the rules of the wave say.
        share: of those asked, that many have to decide besides, 0 to 1.

    Returns:
        `yes` or `no` when at most one decided vote differs, `partly` between the two, and
        `too_few` under the same thresholds as `team_word`; being not sure decides nothing.
    """
    yes, no = votes.get("yes", 0), votes.get("no", 0)
    decided = yes + no + votes.get("partly", 0)
    if not _enough(decided, asked, needed, share):
        return TOO_FEW
    if decided - yes < DISSENT:
        return YES
    return NO if decided - no < DISSENT else PARTLY


def difference_word(
    votes: Mapping[str, int],
    asked: int,
    *,
    needed: int = DECIDED_VOTES,
    share: float = SHARE_FOR_A_WORD,
) -> str:
    """Return what a team says to "did it make a difference you can notice?" (LOOP-05).

    Args:
        votes: how many pressed `better`, `no_difference`, `worse` and `too_early`; absent is none.
        asked: how many people of the unit were asked, whoever answered.
        needed: decided votes a word needs, as the rules of the wave say.
        share: of those asked, likewise.

    Returns:
        `better`, `no_difference` or `worse` when at most one decided vote differs, `mixed` otherwise;
        `too_early` when enough people answered but too few decided, `too_few` when too few answered.
    """
    decided = sum(votes.get(choice, 0) for choice in DIFFERENCES)
    if not _enough(decided, asked, needed, share):
        answered = decided + votes.get(TOO_EARLY, 0)
        return TOO_EARLY if _enough(answered, asked, needed, share) else TOO_FEW
    return next((each for each in DIFFERENCES if decided - votes.get(each, 0) < DISSENT), MIXED)


def loop_word(
    code: str,
    votes: Mapping[str, int],
    asked: int,
    *,
    needed: int = DECIDED_VOTES,
    share: float = SHARE_FOR_A_WORD,
) -> str:
    """Return the team's word on the loop question with this code, LOOP-02, LOOP-03 or LOOP-05."""
    decide = {"LOOP-02": said_word, "LOOP-03": team_word, "LOOP-05": difference_word}[code]
    return decide(votes, asked, needed=needed, share=share)


def _enough(votes: int, asked: int, needed: int, share: float) -> bool:
    return votes >= needed and votes >= share * asked
