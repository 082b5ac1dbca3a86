import pytest

from service.demo.simulated_slack.mrkdwn import mrkdwn_html, text_html

NOON = 1772539200  # Tuesday 3 March 2026, 12:00 UTC


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("*bold* and _quiet_ and ~gone~", "<strong>bold</strong> and <em>quiet</em> and <s>gone</s>"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("&lt;script&gt; &amp; more", "&lt;script&gt; &amp; more"),
        ("<https://kept.example/a?b=1&amp;c=2|the page>", None),
        ("`<b>*x*`", "<code>&lt;b&gt;*x*</code>"),
        ("one\ntwo", "one<br>two"),
        ("&gt; said\n&gt; so\nthen", "<blockquote>said<br>so</blockquote>then"),
        (f"<!date^{NOON}^{{date_long_pretty}} at {{time}}|later>", None),
        ("*<https://kept.example|x>*", '<strong><a href="https://kept.example">x</a></strong>'),
        ("<javascript:alert(1)|x>", "x"),
    ],
)
def test_slacks_markup_becomes_html_and_all_else_is_escaped(source: str, shown: str | None):
    html = str(mrkdwn_html(source, "Asia/Kolkata"))

    if shown is not None:
        assert html == shown
    elif source.startswith("<!date"):
        assert "Tuesday, 3 March at 17:30</time>" in html
    else:
        assert html == '<a href="https://kept.example/a?b=1&amp;c=2">the page</a>'


def test_plain_text_is_shown_as_it_is():
    assert str(text_html({"type": "plain_text", "text": "*a* <b>\nc"})) == "*a* &lt;b&gt;<br>c"


def test_links_lead_where_the_simulator_says():
    html = mrkdwn_html("<http://kept/x|x>", link=lambda url: f"/demo/follow?to={url}")

    assert 'href="/demo/follow?to=http://kept/x"' in str(html)
