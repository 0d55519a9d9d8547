"""The public pages of samples: anybody may see what was committed to and replay the draw. No names, no numbers of files."""

from __future__ import annotations

import csv
import io

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from minzheng.datacenter.sampling import selectors, showing, words
from minzheng.datacenter.sampling.models import Sample
from minzheng.kernel.pages.drawing import drawing_of
from minzheng.kernel.pages.views.export import disposition

PUBLIC_ROWS = 50


def listing(request: HttpRequest) -> HttpResponse:
    """Newest first: design, digests, seed once revealed, how many were wrong. No names, no numbers of files."""
    rows = [
        {"sample": one, "subject": words.SUBJECTS[one.subject], "scope": words.scope_line(one), "state": words.STATES[one.state],
         "size": f"{one.size:,}", "wanted": f"{one.wanted:,}"}
        for one in Sample.objects.defer("population").order_by("-published_at")[:PUBLIC_ROWS]
    ]  # fmt: skip
    return render(request, "sampling/public.html", {"title": "抽样检查公布", "rows": rows})


def one(request: HttpRequest, no: str) -> HttpResponse:
    """One sample with the replay of its draw."""
    sample = selectors.by_no(no)
    if sample is None:
        raise Http404
    names = words.names_of(sample)
    return render(
        request, "sampling/replay.html",
        {
            "title": sample.title, "sample": sample, "subject": words.SUBJECTS[sample.subject], "scope": words.scope_line(sample),
            "design": words.design_line(sample), "state": words.STATES[sample.state], "steps": showing.steps(sample, drawing_of(request)),
            "strata": [(words.stratum_line(one["key"], names), one["size"], one["wanted"]) for one in sample.strata],
            "report": selectors.report(sample) if sample.state != "published" else None,
        },
    )  # fmt: skip


def population_file(request: HttpRequest, no: str) -> HttpResponse:
    """代号、层 of the whole population, and the lot of each once the seed is public: what a replay needs."""
    sample = selectors.by_no(no)
    if sample is None:
        raise Http404
    out = io.StringIO()
    writer = csv.writer(out)
    drawn = set(sample.units.values_list("label", flat=True))
    writer.writerow(["代号", "层", "抽中"])
    writer.writerows([row[1], row[2], "是" if row[1] in drawn else ""] for row in sample.population)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = disposition(f"总体清单_{sample.no}.csv")
    return response
