#!/usr/bin/env python3
"""Write geodesics.csv: results of GeographicLib (Debian: python3-geographiclib) that the tests hold ours against.

    /usr/bin/python3 geodesy/testdata/geodesics.py > geodesy/testdata/geodesics.csv

Columns: lat1, lon1, lat2, lon2, s12 (m), azi1, azi2 (degrees, forward), S12 (m2, area between the geodesic and the equator).

With --pairs N SEED it writes N random pairs instead, and with --polygons N SEED the areas (m2, anticlockwise positive) and corners
(lat, lon, lat, lon ...) of N random polygons, for the live comparison.
"""
import random
import sys

from geographiclib.geodesic import Geodesic

EARTH = Geodesic.WGS84


def row(lat1, lon1, lat2, lon2):
    r = EARTH.Inverse(lat1, lon1, lat2, lon2, Geodesic.ALL)
    print(",".join(repr(float(v)) for v in (lat1, lon1, lat2, lon2, r["s12"], r["azi1"], r["azi2"], r["S12"])))


def clamp(lat):
    return max(-90.0, min(90.0, lat))


def anywhere(rnd):
    row(rnd.uniform(-90, 90), rnd.uniform(-180, 180), rnd.uniform(-90, 90), rnd.uniform(-180, 180))


def near(rnd):
    lat, lon, e = rnd.uniform(-90, 90), rnd.uniform(-180, 180), 10 ** rnd.uniform(-8, 1)
    row(lat, lon, clamp(lat + rnd.uniform(-e, e)), lon + rnd.uniform(-e, e))


def antipodal(rnd):
    lat, lon, e = rnd.uniform(-90, 90), rnd.uniform(-180, 180), 10 ** rnd.uniform(-8, 1)
    row(lat, lon, clamp(-lat + rnd.uniform(-e, e)), lon + 180 + rnd.uniform(-e, e))


def equatorial(rnd):
    row(0.0, rnd.uniform(-180, 180), rnd.choice([0.0, rnd.uniform(-1e-6, 1e-6)]), rnd.uniform(-180, 180))


def meridional(rnd):
    lon = rnd.uniform(-180, 180)
    row(rnd.uniform(-90, 90), lon, rnd.uniform(-90, 90), lon + rnd.choice([0.0, 180.0]))


def corners():
    for lat1 in (-90.0, -30.0, 0.0, 90.0):
        for lat2 in (-90.0, 0.0, 30.0, 90.0):
            for lon2 in (-180.0, -90.0, 0.0, 90.0, 179.0, 179.4, 179.5, 179.9, 180.0):
                row(lat1, 0.0, lat2, lon2)


def polygon(rnd, i):
    """A ring of corners in the order of their azimuths round a centre, every third near a pole or on the antimeridian."""
    lat, lon = rnd.uniform(-90, 90), rnd.uniform(-180, 180)
    if i % 3 == 1:
        lat = rnd.choice([-1, 1]) * (90 - 10 ** rnd.uniform(-6, 1))
    elif i % 3 == 2:
        lon = rnd.choice([0.0, 180.0, -180.0])
    n, size = rnd.randint(3, 12), 10 ** rnd.uniform(1, 6.5)
    turn = rnd.choice([-1, 1])
    ring = []
    for k in range(n):
        r = EARTH.Direct(lat, lon, turn * 360 * (k + 0.8 * rnd.random()) / n, size * rnd.uniform(0.2, 1))
        ring += [r["lat2"], rnd.choice([-180.0, 180.0]) if i % 7 == 0 and k == 0 else r["lon2"]]
    p = EARTH.Polygon()
    for k in range(n):
        p.AddPoint(ring[2 * k], ring[2 * k + 1])
    print(",".join(repr(float(v)) for v in [p.Compute(False, True)[2]] + ring))


def main():
    if sys.argv[1:2] == ["--polygons"]:
        rnd = random.Random(int(sys.argv[3]))
        for i in range(int(sys.argv[2])):
            polygon(rnd, i)
        return
    kinds = (anywhere, near, antipodal, equatorial, meridional)
    if sys.argv[1:2] == ["--pairs"]:
        rnd = random.Random(int(sys.argv[3]))
        for i in range(int(sys.argv[2])):
            kinds[i % 10 if i % 10 < 5 else 0](rnd)
        return
    rnd = random.Random(20130111)
    corners()
    for kind in kinds:
        for _ in range(75):
            kind(rnd)


main()
