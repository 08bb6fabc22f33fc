import os

from orchestration.landed_files import decide, list_landed

A = {"desk/tickets.csv": [10, 100]}
GROWN = {"desk/tickets.csv": [20, 200]}
BOTH = {**A, "desk/tickets-2.csv": [5, 300]}


def looks(*listings, published=None):
    cursor, keys = None, []
    for listing in listings:
        decision = decide(cursor, listing, published)
        cursor = decision.cursor
        keys.append(decision.run_key)
    return keys


def test_a_set_is_loaded_once_when_two_looks_find_it_the_same():
    first, second, third = looks(A, A, A)
    assert first is None
    assert second.startswith("landed-")
    assert third is None


def test_a_file_that_still_grows_is_left_alone():
    assert looks(A, GROWN)[-1] is None
    assert looks(A, GROWN, GROWN)[-1] is not None


def test_a_new_file_and_a_changed_one_start_a_run_of_their_own():
    keys = looks(A, A, BOTH, BOTH, {**BOTH, **GROWN}, {**BOTH, **GROWN})
    assert [key is not None for key in keys] == [False, True, False, True, False, True]
    assert len({key for key in keys if key}) == 3


def test_a_file_that_is_taken_away_starts_nothing():
    assert looks(BOTH, BOTH, A, A)[2:] == [None, None]


def test_what_was_there_before_the_last_publish_counts_as_loaded():
    assert looks(A, A, published=150) == [None, None]
    assert looks(BOTH, BOTH, published=150)[-1] is not None


def test_only_files_that_a_table_reads_are_seen(home, sources):
    folder = home.landing / "desk"
    folder.mkdir(parents=True)
    for name in ("tickets.csv", "tickets-2.csv", ".tickets.csv.part", "notes.txt"):
        (folder / name).write_text("x")
    os.utime(folder / "tickets.csv", ns=(5, 5))
    found = list_landed(home, sources)
    assert set(found) == {"desk/tickets.csv", "desk/tickets-2.csv"}
    assert found["desk/tickets.csv"] == [1, 5]
