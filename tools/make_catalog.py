#!/usr/bin/env python3
"""
Makes the derived files of data/catalog from snapshots of public catalogs.

  tools/make_catalog.py FOLDER      writes data/catalog/*-selection.json
  tools/make_catalog.py --check [FOLDER]
      checks every file of data/catalog, and, where the snapshots are, that
      the derived ones are what would be made; one result line

FOLDER (else $ASSAY_TEST_DATA/data) holds modelsdev/catalog.json,
openrouter/models.json, genai-prices/data.json and
litellm/model_prices_and_context_window.json. data/catalog/selection.txt says
what is taken. The same input gives the same bytes; the standard library is
enough.
"""
import argparse
import json
import os
import sys

import catalog_check
import tree
from catalog_snapshots import (
    OWN_APIS, SOURCES, Snapshots, Wrong, genai_model, genai_route,
    litellm_model, litellm_route, modelsdev_model, modelsdev_route,
    openrouter_model, openrouter_route)

CATALOG = tree.ROOT / "data" / "catalog"
KEYWORDS = ("modelsdev", "openrouter", "genai", "litellm", "litellm-route",
            "facts", "alias", "omit", "context", "task")


def read_selection(text):
    """{model id: {keyword: [words]}} in the order written."""
    selection, entry = {}, None
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if line in selection:
                raise Wrong("%s is selected twice" % line)
            entry = selection[line] = {}
            continue
        word, *rest = line.split()
        if word not in KEYWORDS:
            raise Wrong("no such keyword: %s" % line)
        entry.setdefault(word, []).extend(rest)
    return selection


def names_itself(name, model_id):
    """A name the model has without being told: its id or its last part."""
    name = name.lower()
    return name in (model_id, model_id.split("/", 1)[1])


def add_aliases(model, names):
    names = sorted({n for n in names if not names_itself(n, model["id"])})
    if names:
        model["aliases"] = names


def described_by(model_id, lines):
    """The entry that describes the model: where it is, and its name there."""
    if "facts" in lines:
        where, _, name = lines["facts"][0].partition(":")
        return where, name
    if "modelsdev" in lines or "openrouter" in lines:
        return "models", model_id
    return ("genai" if "genai" in lines else None), None


def describe(snapshots, model_id, lines, aliases):
    """{source: what it says of the model}"""
    where, name = described_by(model_id, lines)
    task = lines.get("task", ["chat"])[0]
    models = {}

    if where == "openrouter" and not name:
        models["openrouter"] = openrouter_model(
            snapshots.openrouter[lines["openrouter"][0]], model_id)
    elif where == "genai":
        models["genai"] = genai_model(snapshots, model_id, lines["genai"][0])
    elif where:
        entry = (snapshots.models[name] if where == "models" else
                 snapshots.providers[where]["models"][name])
        models["modelsdev"] = modelsdev_model(entry, model_id, where, task)
        aliases["modelsdev"].append(name)
    if lines.get("context") == ["openrouter"]:
        entry = snapshots.openrouter[lines["openrouter"][0]]
        models["openrouter"] = {"id": model_id,
                                "context_tokens": entry["context_length"]}
    for key in lines.get("litellm", []):
        models["litellm"] = litellm_model(snapshots.litellm[key], model_id,
                                          bool(models))

    told = models.get("modelsdev", {})
    for key in lines.get("omit", []):
        if told.pop(key, None) is None:
            raise Wrong("has no %s to leave out" % key)
    if told.get("knowledge_cutoff", "") > told.get("released", "9"):
        raise Wrong("is released before its knowledge ends: leave one out")
    return models


def routes_of(snapshots, model_id, lines):
    """(source, statement) of every route."""
    task = lines.get("task", ["chat"])[0]
    dated = set()
    for key in lines.get("litellm", []) + lines.get("litellm-route", []):
        route = litellm_route(key, snapshots.litellm[key], model_id)
        dated.add(route["id"])
        yield "litellm", route
    for reference in lines.get("modelsdev", []):
        route = modelsdev_route(snapshots, model_id, reference, task)
        if route["id"] in dated and route["status"] == "deprecated":
            del route["status"]  # LiteLLM has the day; the note stays
        yield "modelsdev", route
    for name in lines.get("openrouter", []):
        yield "openrouter", openrouter_route(snapshots.openrouter[name],
                                             model_id)
    for reference in lines.get("genai", []):
        yield "genai", genai_route(snapshots, model_id, reference)


def both_ways(creator, name):
    """A creator's own name for its model: alone, and as the whole id."""
    return [name, "%s/%s" % (creator, name)]


def names_in_snapshots(snapshots, model_id, lines):
    """{source: what it calls the model}"""
    creator = model_id.split("/")[0]
    names = {"modelsdev": [], "openrouter": [], "litellm": []}
    for reference in lines.get("modelsdev", []):
        provider, wire = reference.split(":", 1)
        names["modelsdev"] += (both_ways(creator, wire)
                               if OWN_APIS.get(provider) == creator
                               else [wire])
    for name in lines.get("openrouter", []):
        if not name.endswith(":free"):
            names["openrouter"].append(name)
        weights = snapshots.openrouter[name].get("hugging_face_id")
        if weights:
            names["openrouter"].append(weights)
    for key in lines.get("litellm", []) + lines.get("litellm-route", []):
        names["litellm"] += both_ways(creator, key.split("/", 1)[-1])
    ours = "modelsdev" if "modelsdev" in lines else "openrouter"
    for name in lines.get("alias", []):
        names[ours] += both_ways(creator, name)
    return names


def build_model(snapshots, model_id, lines, out):
    aliases = names_in_snapshots(snapshots, model_id, lines)
    models = describe(snapshots, model_id, lines, aliases)

    for source, names in aliases.items():
        model = models.setdefault(source, {"id": model_id})
        add_aliases(model, names)
    for source, model in models.items():
        if len(model) > 1:
            out[source]["models"].append(model)
    for source, route in routes_of(snapshots, model_id, lines):
        out[source]["routes"].append(route)


def build(folder):
    """{file name: document} of the derived files."""
    snapshots = Snapshots(folder)
    out = {name: {"models": [], "routes": []} for name in SOURCES}
    for model_id, lines in read_selection(
            (CATALOG / "selection.txt").read_text("utf-8")).items():
        try:
            build_model(snapshots, model_id, lines, out)
        except (KeyError, Wrong) as fault:
            raise Wrong("%s: %s" % (model_id, fault)) from fault
    documents = {}
    for name, subjects in out.items():
        source = {k: v for k, v in SOURCES[name].items() if k != "file"}
        documents[source["id"] + ".json"] = {
            "format": "assay-facts/1", "source": source,
            "models": sorted(subjects["models"], key=lambda m: m["id"]),
            "routes": sorted(subjects["routes"], key=lambda r: r["id"]),
        }
    return documents


def render(value, indent=0):
    """JSON, one space a level; what fits on a line of 100 stays on it."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= 100 or not isinstance(value, (dict, list)):
        return flat
    pad = "\n" + " " * (indent + 1)
    if isinstance(value, dict):
        parts = [json.dumps(k) + ": " + render(v, indent + 1)
                 for k, v in value.items()]
        return "{" + pad + ("," + pad).join(parts) + "\n" + " " * indent + "}"
    parts = [render(v, indent + 1) for v in value]
    return "[" + pad + ("," + pad).join(parts) + "\n" + " " * indent + "]"


def derived_faults(folder):
    faults = []
    for name, document in build(folder).items():
        path = CATALOG / name
        if not path.exists():
            faults.append("%s is missing" % name)
        elif path.read_text("utf-8") != render(document) + "\n":
            faults.append("%s is not what the snapshots give" % name)
    return faults


def read_catalog():
    return {path.name: json.loads(path.read_text("utf-8"))
            for path in sorted(CATALOG.glob("*.json"))}


def summary(documents):
    """What the folder holds, for a person."""
    models, routes, prices, benchmarks = set(), set(), 0, 0
    for document in documents.values():
        models |= {m["id"] for m in document.get("models", [])}
        routes |= {r["id"] for r in document.get("routes", [])}
        prices += sum(len(r.get("prices", []))
                      for r in document.get("routes", []))
        benchmarks += sum(len(m.get("benchmarks", []))
                          for m in document.get("models", []))
    size = sum((CATALOG / name).stat().st_size for name in documents)
    return "%d files, %d bytes: %d models, %d routes, %d prices, " \
           "%d benchmark rows" % (len(documents), size, len(models),
                                  len(routes), prices, benchmarks)


def main():
    parser = argparse.ArgumentParser(description="makes data/catalog")
    parser.add_argument("folder", nargs="?",
                        help="the snapshots; else $ASSAY_TEST_DATA/data")
    parser.add_argument("--check", action="store_true",
                        help="compare instead of writing")
    options = parser.parse_args()
    folder = options.folder
    if not folder and os.environ.get("ASSAY_TEST_DATA"):
        folder = os.path.join(os.environ["ASSAY_TEST_DATA"], "data")
    have = folder and os.path.isdir(folder)
    faults = []

    if not have and not options.check:
        parser.error("where are the snapshots?")
    try:
        if not have:
            print("skip: no snapshots to make data/catalog from")
        elif options.check:
            faults = derived_faults(folder)
        else:
            for name, document in build(folder).items():
                (CATALOG / name).write_text(render(document) + "\n", "utf-8")
    except Wrong as fault:
        sys.exit("make_catalog: %s" % fault)
    documents = read_catalog()
    faults += catalog_check.faults(documents)
    if not options.check:
        print("data/catalog: " + summary(documents))
    tree.finish("data/catalog", faults)


if __name__ == "__main__":
    main()
