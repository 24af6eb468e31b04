from hub.index.terms import Every, Has, Some, demands, every, is_open, some, without

A, B, C = Has("a"), Has("b"), Has("c")


def test_what_is_demanded_together_is_taken_apart_but_not_what_would_do_instead() -> None:
    assert demands(Every((A, Every((B, Some((A, C))))))) == [A, B, Some((A, C))]
    assert demands(Some((A, B))) == [Some((A, B))]
    assert demands(None) == []


def test_a_way_to_meet_a_condition_can_be_left_out_wherever_it_is() -> None:
    assert without(Every((Some((Every((A, B)), C)), A)), C) == Every((Every((A, B)), A))
    assert without(Some((A, B, C)), C) == Some((A, B))
    assert without(A, C) == A


def test_only_a_beginning_is_open() -> None:
    assert is_open(Every((A, Some((B, Has("c", is_prefix=True))))))
    assert not is_open(Every((A, Some((B, C)))))


def test_one_condition_needs_no_others() -> None:
    assert every((None, A, None)) == A
    assert every((None,)) is None
    assert some((A, A)) == A
