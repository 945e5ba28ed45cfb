"""What Spark found as records: edges with ids and relations, families, roles, and sources that are cited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dedup.evidence.cited import cited_sources
from dedup.lineage.find import IDENTICAL
from dedup.lineage.graph import DIGEST
from dedup.lineage.model import RELATIONS
from dedup.spark.articles import Pile
from dedup.spark.frames import arrow, functions, make_batch, map_batches
from dedup.spark.kept import Kept
from dedup.spark.labels import find_roots

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_COPY = RELATIONS.index("copy")
_CITED = "array<struct<source: string, kind: string, phrase: string>>"


def collect_edges(pile: Pile, links: DataFrame, min_probability: float) -> DataFrame:
    """Put links and copies of identical texts together: child, parent, relation, probability and rank."""
    F = functions()
    copies = pile.places.where("first <> place").select(
        F.col("place").alias("child"),
        F.col("first").alias("parent"),
        F.lit(_COPY).alias("relation"),
        F.lit(IDENTICAL).alias("probability"),
        F.lit(0).alias("rank"),
    )
    return links.union(copies).where(F.col("probability") >= min_probability)


def name_edges(pile: Pile, edges: DataFrame) -> DataFrame:
    """Give edges the ids of articles, and number those of a child from 0 on."""
    from pyspark.sql import Window

    F = functions()
    child = pile.places.select(F.col("place").alias("child"), F.col("id").alias("child_id"))
    parent = pile.places.select(F.col("place").alias("parent"), F.col("id").alias("parent_id"))
    place = F.row_number().over(Window.partitionBy("child").orderBy("rank")) - 1
    return (
        edges.withColumn("rank", place)
        .join(child, "child")
        .join(parent, "parent")
        .select(
            F.col("child_id").alias("child"),
            F.col("parent_id").alias("parent"),
            _relation().alias("relation"),
            "probability",
            "rank",
        )
    )


def _relation() -> Any:
    F = functions()
    return F.element_at(F.array(*map(F.lit, RELATIONS)), F.col("relation") + 1)


def make_records(pile: Pile, edges: DataFrame, kept: Kept) -> DataFrame:
    """Make the records of all articles, as `dedup.Lineage.records` does, each with its place."""
    F = functions()
    ids = pile.places.select(F.col("place").alias("parent"), F.col("id").alias("name"))
    told = edges.join(ids, "parent").select(
        "child",
        F.struct("rank", F.col("name").alias("id"), _relation().alias("relation"), "probability").alias(
            "edge"
        ),
    )
    listed = told.groupBy("child").agg(F.sort_array(F.collect_list("edge")).alias("edges"))
    of_child = listed.join(_families(edges, kept), "child").withColumnRenamed("child", "place")
    root = pile.places.select(F.col("place").alias("root"), F.col("id").alias("family"))
    of_child = of_child.join(root, "root").drop("root")
    has_children = edges.select(F.col("parent").alias("place")).distinct().withColumn("leads", F.lit(True))
    derived = F.col("edges").isNotNull()
    role = F.when(derived, "derived").when(F.col("leads"), "root").otherwise("single")
    kind = "array<struct<id: string, relation: string, probability: double>>"
    parents = F.expr("transform(edges, edge -> struct(edge.id, edge.relation, edge.probability))")
    parents = F.coalesce(parents, F.array().cast(kind))
    cited = map_batches(pile.read.select("id", "outlet", "text"), _cite, f"id string, cited {_CITED}")
    return (
        pile.places.join(of_child, "place", "left")
        .join(has_children, "place", "left")
        .join(cited, "id")
        .select(
            "place",
            "id",
            F.coalesce("family", "id").alias("family"),
            role.alias("role"),
            parents.alias("parents"),
            "cited",
        )
    )


def _families(edges: DataFrame, kept: Kept) -> DataFrame:
    """Find the root of each child's family; a digest, of several families, is a root of its own."""
    F = functions()
    main = kept.write(
        edges.groupBy("child").agg(F.min_by("parent", "rank").alias("parent"), F.count("*").alias("n")),
        "main",
    )
    roots = find_roots(main, kept)
    if main.where(f"n >= {DIGEST}").isEmpty():
        return roots
    several = edges.join(main.where(f"n >= {DIGEST}").select("child"), "child", "left_semi")
    above = several.join(roots.toDF("parent", "root"), "parent", "left")
    families = above.groupBy("child").agg(F.count_distinct(F.coalesce("root", "parent")).alias("n"))
    digests = kept.write(families.where(f"n >= {DIGEST}").select("child"), "digests")
    if digests.isEmpty():
        return roots
    roots = find_roots(main.join(digests, "child", "left_anti"), kept)
    return roots.union(digests.select("child", F.col("child").alias("root")))


def _cite(batches: Iterator[Any]) -> Iterator[Any]:
    pa = arrow()
    kind = pa.list_(pa.struct([(name, pa.string()) for name in ("source", "kind", "phrase")]))
    for batch in batches:
        outlets, texts = batch.column("outlet").to_pylist(), batch.column("text").to_pylist()
        cited = [
            [
                {"source": found.source, "kind": found.kind, "phrase": found.phrase}
                for found in cited_sources(text, outlet=outlet)
            ]
            for text, outlet in zip(texts, outlets, strict=True)
        ]
        yield make_batch(id=batch.column("id"), cited=pa.array(cited, kind))
