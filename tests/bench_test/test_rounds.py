from tests.bench.rounds import side_by_side


def test_each_side_goes_first_in_every_other_round_and_keeps_its_own_values():
    order: list[str] = []

    def ours() -> float:
        order.append("ours")
        return float(len(order))

    def theirs() -> float:
        order.append("theirs")
        return float(len(order))

    found = side_by_side(ours, theirs, rounds=3)

    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert [sample.values for sample in found] == [(1, 4, 5), (2, 3, 6)]
