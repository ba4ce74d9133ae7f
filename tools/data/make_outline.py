"""Makes `worksorders/data/nz_outline.geojson`, the regions' coast for maps without tiles.

Maintainer's use, in an environment of its own: `pip install nzgeom==1.0.1 "shapely>=2.1"`, then
`python -m tools.data.make_outline`. Sources: LINZ Topo50 coastlines and Stats NZ regions, both CC BY 4.0.
"""

import json
from importlib.resources import files
from pathlib import Path

import geopandas
import shapely

TARGET = Path(__file__).resolve().parent.parent / "worksorders" / "data" / "nz_outline.geojson"
COAST = "data/coastlines/nz-coastlines-and-islands-polygons-topo-150k.gpkg"
REGIONS = "data/regions/regional-council-2018-generalised.gpkg"
SMALLEST_ISLAND_M2 = 4e6
COARSE_M = 450.0
DECIMALS = 3
# Stats NZ's number of a region to the code that the product uses.
CODES = {
    "01": "F6",
    "02": "E7",
    "03": "G1",
    "04": "E8",
    "05": "F1",
    "06": "F2",
    "07": "F9",
    "08": "F3",
    "09": "G2",
    "12": "G3",
    "13": "E9",
    "14": "F7",
    "15": "F8",
    "16": "TAS",
    "17": "F5",
    "18": "F4",
}


def main() -> None:
    """Clip the regions to the coast, drop small islands, simplify all borders together and write degrees."""
    folder = files("nzgeom")
    coast = geopandas.read_file(str(folder / COAST))
    regions = geopandas.read_file(str(folder / REGIONS))
    regions = regions[regions["REGC2018_V1_00"].isin(CODES)]
    land = coast[coast.area >= SMALLEST_ISLAND_M2].geometry.buffer(0).union_all()
    shapes = [shapely.intersection(shape.buffer(0), land) for shape in regions.geometry]
    simple = shapely.coverage_simplify(shapes, COARSE_M)
    degrees = geopandas.GeoSeries(list(simple), crs=regions.crs).to_crs(4326)
    features = []
    for number, shape in zip(regions["REGC2018_V1_00"], degrees, strict=True):
        parts = shape.geoms if shape.geom_type == "MultiPolygon" else [shape]
        rings = [
            [
                [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring.coords]
                for ring in (part.exterior, *part.interiors)
            ]
            for part in parts
            if part.geom_type == "Polygon" and part.area > 0
        ]
        geometry = {"type": "MultiPolygon", "coordinates": rings}
        features.append({"type": "Feature", "properties": {"code": CODES[number]}, "geometry": geometry})
    TARGET.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n"
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size // 1024} KB, {len(features)} regions")


if __name__ == "__main__":
    main()
