"""GOV.UK's inputs with what ours always need: preset parameters, and dates that survive any number of parts."""

import re
from typing import Any

from govuk_frontend_wtf.main import merger
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovDateInput, GovTextInput


class Input(GovTextInput):
    """A text input with preset parameters of the GOV.UK macro; the template's `params` come on top."""

    def __init__(self, **params: Any) -> None:
        super().__init__()
        self.params = params

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        given = kwargs.pop("params", {})
        kwargs["params"] = merger.merge({**self.params}, given)
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        return params


class DateInput(GovDateInput):
    """GOV.UK's three boxes, which fail on any other number of values than three."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        if field.raw_data is not None:
            field.raw_data = three(field.raw_data)
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        params.pop("value", None)
        params["attributes"].pop("required", None)
        return params


class TickInput(GovCheckboxInput):
    """GOV.UK's single box, with what it means under its label instead of above the box."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)
        if hint := params.pop("hint", None):
            params["items"][0].setdefault("hint", {"text": hint["text"]})
        return params


def three(values: list[str]) -> list[str]:
    """Day, month and year out of any number of values; one ISO date is taken apart."""
    texts = [str(value).strip() for value in values]
    if len(texts) == 1 and (iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", texts[0])):
        texts = [iso[3], iso[2], iso[1]]
    return [*texts, "", "", ""][:3]
