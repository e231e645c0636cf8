"""Tables that are blocks on a phone say of each part what it is."""

from __future__ import annotations

from publishers.site.labels import with_roles


def test_each_part_of_such_a_table_says_what_it_is_and_no_other_table_is_touched() -> None:
    made = with_roles(
        '<table class="att"><caption class="vh">x</caption><thead><tr><th scope="col" role="columnheader">a</th><th scope="col">b</th></tr>'
        '</thead><tbody><tr class="r"><th scope="row">c</th><td>d</td></tr></tbody></table><table class="inputs"><tr><td>e</td></tr></table>'
    )
    assert made == (
        '<table role="table" class="att"><caption class="vh">x</caption><thead role="rowgroup"><tr role="row">'
        '<th scope="col" role="columnheader">a</th><th role="columnheader" scope="col">b</th></tr></thead><tbody role="rowgroup">'
        '<tr role="row" class="r"><th role="rowheader" scope="row">c</th><td role="cell">d</td></tr></tbody></table>'
        '<table class="inputs"><tr><td>e</td></tr></table>'
    )
    assert with_roles(made) == made
