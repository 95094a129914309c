#!/usr/bin/env python3
"""What GDAL and NumPy write and read, for the tests beside this folder.

    gdal.py tiff DIR     GeoTIFF files in every way of writing them, each with its values as little-endian doubles, and DIR/list
    gdal.py npy DIR      NumPy arrays in every type and order, likewise
    gdal.py read FILE...   transform, EPSG code and nodata of rasters, as JSON, and the values of each beside it
    gdal.py place FILE...  the same without the values
    gdal.py utm          longitudes, latitudes and EPSG codes on standard input -> coordinates
"""
import itertools
import json
import os
import sys

import numpy as np
from osgeo import gdal, osr

np.seterr(invalid="ignore")
gdal.UseExceptions()
osr.UseExceptions()


def values(rng, dtype, shape):
    if dtype.startswith("f"):
        v = np.cumsum(rng.normal(size=shape), axis=-1).astype(dtype)
        v[..., 3, 5] = -9999
        return v
    info = np.iinfo(dtype)
    v = rng.integers(max(info.min, -(2**53)), min(info.max, 2**53), size=shape, endpoint=True).astype(dtype)
    v[..., :9, :] = np.arange(shape[-1]) % 100  # runs and ramps, for the compressions
    v[..., 9:14, :] = 7
    return v


def tiff(folder):
    rng = np.random.default_rng(3)
    types = {"u1": gdal.GDT_Byte, "u2": gdal.GDT_UInt16, "i2": gdal.GDT_Int16, "u4": gdal.GDT_UInt32, "i4": gdal.GDT_Int32,
             "u8": gdal.GDT_UInt64, "i8": gdal.GDT_Int64, "f4": gdal.GDT_Float32, "f8": gdal.GDT_Float64}
    places = itertools.cycle([
        (4326, (-105.5, 0.25, 0, 31.75, 0, -0.125)),
        (32613, (400000, 30, 0, 2500000, 0, -30)),
        (32719, (400000.5, 25, 3, 7500000.25, 2, -25)),
        (26913, (300000, 10, 0, 4000000, 0, -10)),
        (None, (0, 1, 0, 0, 0, 1)),
    ])
    with open(os.path.join(folder, "list"), "w") as out:
        n = 0
        for (dtype, kind), compression, tiled, endian, big, together in itertools.product(
                types.items(), ["NONE", "PACKBITS", "LZW", "DEFLATE"], ["NO", "YES"], ["LITTLE", "BIG"], ["NO", "YES"], ["PIXEL", "BAND"]):
            predictors = [1]
            if compression in ("LZW", "DEFLATE"):
                predictors = [1, 2, 3] if dtype in ("f4", "f8") else [1, 2]
            for predictor in predictors:
                v = values(rng, dtype, (2, 37, 53))
                epsg, transform = next(places)
                mem = gdal.GetDriverByName("MEM").Create("", 53, 37, 2, kind)
                for band in range(2):
                    mem.GetRasterBand(band + 1).WriteArray(v[band])
                if epsg:
                    srs = osr.SpatialReference()
                    srs.ImportFromEPSG(epsg)
                    mem.SetProjection(srs.ExportToWkt())
                    mem.SetGeoTransform(transform)
                if dtype in ("f4", "f8", "i2"):
                    for band in range(2):
                        mem.GetRasterBand(band + 1).SetNoDataValue(-9999)
                if n % 3 == 0:
                    mem.SetMetadataItem("AREA_OR_POINT", "Point")
                options = ["COMPRESS=" + compression, "TILED=" + tiled, "ENDIANNESS=" + endian, "BIGTIFF=" + big, "INTERLEAVE=" + together]
                options += ["BLOCKXSIZE=16", "BLOCKYSIZE=32"] if tiled == "YES" else ["BLOCKYSIZE=7"]
                if predictor > 1:
                    options.append("PREDICTOR=%d" % predictor)
                name = os.path.join(folder, "%d.tif" % n)
                n += 1
                try:
                    gdal.GetDriverByName("GTiff").CreateCopy(name, mem, options=options)
                except RuntimeError as refused:
                    print("refused", options, refused, file=sys.stderr)
                    continue
                # Read back: what GDAL 3.6 writes big-endian with predictor 3 is not what it was given, for GDAL neither.
                back = gdal.Open(name)
                for band in range(2):
                    back.GetRasterBand(band + 1).ReadAsArray().astype("<f8").tofile("%s.%d" % (name, band + 1))
                print(json.dumps({"name": name, "what": " ".join([dtype] + options), "epsg": epsg or 0, "transform": back.GetGeoTransform()}), file=out)
    print(n)


def npy(folder):
    rng = np.random.default_rng(4)
    n = 0
    with open(os.path.join(folder, "list"), "w") as out:
        for dtype, order, fortran, version, shape in itertools.product(
                ["u1", "i1", "b1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"], "<>", [False, True], [(1, 0), (2, 0), (3, 0)], [(7, 5), (4,), (1, 1)]):
            v = (rng.integers(0, 2, size=shape) if dtype == "b1" else values(rng, dtype, (20, 20))[:shape[0], :shape[-1]].reshape(-1)[:np.prod(shape)].reshape(shape))
            v = v.astype(np.dtype(dtype).newbyteorder(order), order="F" if fortran else "C")
            name = os.path.join(folder, "%d.npy" % n)
            n += 1
            with open(name, "wb") as f:
                np.lib.format.write_array(f, v, version=version)
            np.ascontiguousarray(v).astype("<f8").tofile(name + ".1")
            print(json.dumps({"name": name, "what": "%s%s %s %s" % (order, dtype, shape, version)}), file=out)
    print(n)


def read(*names):
    for name in names:
        d = gdal.Open(name)  # held: a band does not outlive its file
        d.GetRasterBand(1).ReadAsArray().astype("<f8").tofile(name + ".1")
    place(*names)


def place(*names):
    for name in names:
        d = gdal.Open(name)
        band = d.GetRasterBand(1)
        srs = d.GetSpatialRef()
        print(json.dumps({"name": name, "transform": d.GetGeoTransform(), "epsg": int(srs.GetAuthorityCode(None)) if srs else 0, "void": band.GetNoDataValue(),
                          "type": gdal.GetDataTypeName(band.DataType), "structure": d.GetMetadata("IMAGE_STRUCTURE"), "metadata": d.GetMetadata(), "block": band.GetBlockSize()}))


def utm():
    to = {}
    for line in sys.stdin:
        lon, lat, code = line.split()
        if code not in to:
            a, b = osr.SpatialReference(), osr.SpatialReference()
            a.ImportFromEPSG(4326)
            b.ImportFromEPSG(int(code))
            for s in (a, b):
                s.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
            to[code] = osr.CoordinateTransformation(a, b)
        x, y, _ = to[code].TransformPoint(float(lon), float(lat))
        print(repr(x), repr(y))


{"tiff": tiff, "npy": npy, "read": read, "place": place, "utm": utm}[sys.argv[1]](*sys.argv[2:])
