"""A coordinator records a landlord and what the landlord said, for tests in the browser that go on from there."""


def agree(page, how="letter", day="20"):
    """From the page of an order to its agreements: everything agreed to, by letter or another way."""
    page.get_by_role("link", name="Go to agreements").click()
    page.get_by_role("heading", name="Agreements", exact=True).wait_for()
    page.get_by_label("What they have to do with the home").select_option("landlord")
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Name of the person or organisation").fill("Pat Lettingham")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_text("this person may be asked").wait_for()
    page.get_by_text("Record an answer").click()
    page.locator("#answer-interest_id").select_option(index=1)
    for box in page.locator('input[name="answer-lines"]').all():
        box.check()
    page.get_by_label("Agreed", exact=True).check()
    page.locator(f'input[name="answer-how"][value="{how}"]').check()
    for part, value in (("day", day), ("month", "11"), ("year", "2026")):
        page.locator(f"#answer-answered_on-{part}").fill(value)
    page.get_by_role("button", name="Record the answer").click()
    page.get_by_text("The answer has been recorded").wait_for()
