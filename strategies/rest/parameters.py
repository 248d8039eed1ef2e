"""Query parameters that a view does not know are refused: a misspelt filter must not show all."""

from collections.abc import Iterable
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from exchanges.errors import Reason
from strategies.refusals import Refused


def unknown_parameters(names: Iterable[str]) -> Refused:
    listed = sorted(names)
    text = ", ".join(listed)
    return Refused(
        Reason(
            code="unknown_parameter",
            ko=f"알 수 없는 조회 조건입니다: {text}",
            en=f"Unknown query parameter: {text}",
        ),
        field=listed[0],
    )


class KnownParameters(APIView):
    parameters: ClassVar[frozenset[str]] = frozenset({"format"})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = request.query_params.keys() - self.known_parameters()
        if unknown:
            raise unknown_parameters(unknown)

    def known_parameters(self) -> frozenset[str]:
        return self.parameters
