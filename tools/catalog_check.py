"""What make_catalog.py --check asks of the files of data/catalog: ids, dates,
prices and rows as FORMATS section 1 has them, and joins that hold across
files. `assay import facts` asks more; this needs no build."""
import decimal
import re

from catalog_snapshots import as_date


def bad_dates(subject, *keys):
    return ["%s %s" % (key, subject[key]) for key in keys
            if subject.get(key) is not None and not as_date(subject[key])]


def check_source(name, document):
    source, found = document["source"], []
    if document.get("format") != "assay-facts/1":
        found.append("format is not assay-facts/1")
    found += ["source has no " + key
              for key in ("id", "title", "url", "kind", "retrieved")
              if not source.get(key) and
              # what the project says of its own files is in its tree
              (key, source.get("id")) != ("url", "assay-nano")]
    if name != "%s.json" % source.get("id"):
        found.append("is not named after its source")
    if len(source.get("retrieved", "")) != 10:
        found.append("retrieved is not a day")
    return found + bad_dates(source, "retrieved")


def check_model(model):
    found = bad_dates(model, "released", "knowledge_cutoff")
    found += bad_dates(model.get("lifecycle", {}), "deprecated_on",
                       "retired_on")
    if not re.fullmatch(r"[a-z0-9.-]+/[^\s/A-Z]+", model["id"]):
        found.append("is not creator/name in small letters")
    for row in model.get("benchmarks", []):
        found += bad_dates(row, "date")
        if not re.fullmatch(r"-?\d+(\.\d+)?", row["value"]):
            found.append("benchmark value %s" % row["value"])
    return found


def check_route(route):
    found = bad_dates(route, "retired_on")
    if not route["id"].startswith(route["provider"] + "/"):
        found.append("is not provider/wire")
    places = set()
    for row in route.get("prices", []):
        usd = row.get("usd_per_million", row.get("usd_each"))
        if not isinstance(usd, str) or \
                not re.fullmatch(r"\d+(\.\d+)?", usd) or \
                decimal.Decimal(usd) >= 10000:
            found.append("price %s" % usd)
        found += bad_dates(row, "from", "to")
        place = (row["meter"], row.get("when_input_tokens"), row.get("from"),
                 row.get("to"))
        if place in places:
            found.append("two prices of %s" % row["meter"])
        places.add(place)
    return found


def check_subjects(subjects, check):
    found, seen = [], set()
    for subject in subjects:
        if subject["id"] in seen:
            found.append("%s comes twice" % subject["id"])
        seen.add(subject["id"])
        found += ["%s: %s" % (subject["id"], text) for text in check(subject)]
    return found


def check_aliases(documents, models):
    """A name means one model."""
    found, owner = [], {}
    for name, document in documents.items():
        for model in document.get("models", []):
            for alias in model.get("aliases", []):
                key = alias.lower()
                if owner.setdefault(key, model["id"]) != model["id"]:
                    found.append("%s: alias %s is also of %s" %
                                 (name, alias, owner[key]))
                if key in models and key != model["id"]:
                    found.append("%s: alias %s is a model" % (name, alias))
    return found


def check_joins(documents, models):
    """A route belongs to one model, and the model is there."""
    found, joined = [], {}
    for name, document in documents.items():
        for route in document.get("routes", []):
            model = route["model"]
            if model not in models:
                found.append("%s: %s: no model %s" % (name, route["id"],
                                                      model))
            if joined.setdefault(route["id"], model) != model:
                found.append("%s: %s is also of %s" % (name, route["id"],
                                                       joined[route["id"]]))
    return found


def faults(documents):
    """Of all files together: {file name: document}."""
    found = []
    for name, document in documents.items():
        one = check_source(name, document)
        one += check_subjects(document.get("models", []), check_model)
        one += check_subjects(document.get("routes", []), check_route)
        found += ["%s: %s" % (name, text) for text in one]
    models = {m["id"] for document in documents.values()
              for m in document.get("models", [])}
    return found + check_aliases(documents, models) + \
        check_joins(documents, models)
