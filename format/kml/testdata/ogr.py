#!/usr/bin/env python3
"""What GDAL reads of KML documents and archives, for the tests beside this folder.

    ogr.py FILE...   one JSON line a file: every feature's name, weight, spread and geometry, layer by layer
"""
import json
import sys

from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()


def flat(c):
    return c[:2] if c and not isinstance(c[0], list) else [flat(x) for x in c]


def geometry(g):
    if g is None:
        return []
    d = json.loads(g.ExportToJson(options=["COORDINATE_PRECISION=15"]))
    parts = d["geometries"] if d["type"] == "GeometryCollection" else [d]
    out = []
    for p in parts:
        if p["type"].startswith("Multi"):
            out += [[p["type"][5:], flat(c)] for c in p["coordinates"]]
        else:
            out.append([p["type"], flat(p["coordinates"])])
    return out


for name in sys.argv[1:]:
    source = gdal.OpenEx(name, gdal.OF_VECTOR)
    features = []
    for i in range(source.GetLayerCount()):
        for f in source.GetLayer(i):
            fields = f.items()
            features.append({"Name": fields.get("Name"), "Weight": fields.get("weight"), "Sigma": fields.get("sigma_m"), "Geometry": geometry(f.GetGeometryRef())})
    print(json.dumps({"Driver": source.GetDriver().ShortName, "Features": features}))
