"""The same join on a Spark cluster, for provinces that have one: persons broadcast, files read where they lie.

Only the join runs there; its rows come back as Parquet and everything after it (facts, counts, checks, report) is the one
path of ``run``. Every worker must see the files and the run's folder at the same paths. Master: ``$MINZHENG_SPARK_MASTER``,
else two local threads. Needs ``minzheng[spark]`` and Java 17.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.lake.engine import quoted
from minzheng.datacenter.linkage import verdict
from minzheng.datacenter.matching.bulk import join
from minzheng.datacenter.matching.bulk.errors import MatchRefused
from minzheng.datacenter.matching.bulk.material import Material, Part
from minzheng.datacenter.sources.facts import columns_used
from minzheng.policy.bulk.need import missing
from minzheng.policy.targets.spark import SparkUnavailable, session

if TYPE_CHECKING:
    import duckdb

CARRIED = ("pid", "family_id", "person_id")
#: What a row found by its repaired number has not.
_EMPTY = {"key": "bigint", **dict(zip(join.MARKS, ("bigint", "bigint", "boolean"), strict=True))}


class SparkJoin:
    """Makes the table ``matched`` of one source, as ``run.DuckJoin`` does. Raises MatchRefused where there is no Spark."""

    def __init__(self, con: duckdb.DuckDBPyConnection, work: Path, classes: Sequence[str]):
        lacking = missing("spark")
        if lacking:
            raise MatchRefused(f"--engine spark 还缺 {'、'.join(lacking)}：请按 scripts/bootstrap.py spark 安装。")
        self.con, self.work, self.classes = con, work, classes
        people = work / "spark-people.parquet"
        con.execute(f"COPY people TO {quoted(people)} (FORMAT parquet)")
        try:
            self.spark = session("minzheng match")
        except SparkUnavailable as error:
            raise MatchRefused(f"--engine spark：{error}。") from None
        # Days as days, whatever wrote the file; batches are words even when they look like numbers.
        self.spark.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        self.people = self.spark.read.parquet(_uri(people)).cache()

    def __call__(self, material: Material, planted: Part) -> None:
        from pyspark.sql import functions as fn

        columns = columns_used(material.spec, self.classes)
        parts = [*material.parts, planted]
        rows = self._read([part.path for part in parts])
        rows = rows.select("id_token", "id_state", "pinyin_token", "surname_token", "row_no", "batch", *columns)
        own = [fn.col(f"{mark}_token").alias(f"k_{mark}") for mark in ("pinyin", "surname")]
        k = fn.broadcast(self.people.select("key", "exact", "mended", *own, *CARRIED))
        agrees = (fn.col("surname_token") == fn.col("k_surname")) & (fn.col("pinyin_token") == fn.col("k_pinyin"))
        found = self._told(rows.join(k, rows["id_token"] == k["key"]).where(fn.col("exact") | agrees))
        shape = ["key", "code", "note", "row_no", "batch", *join.MARKS, *columns, *CARRIED]
        matched = found.select(*shape)
        near = [part.repairs for part in parts if part.repairs is not None]
        if near:
            pairs = self._read(near).join(k, fn.col("id_token") == fn.col("key")).where(fn.col("exact") & agrees)
            pairs = pairs.select("batch", "row_no", *CARRIED).distinct()
            doubtful = rows.where(fn.col("id_token").isNull()).join(fn.broadcast(pairs), ["batch", "row_no"])
            code = fn.lit(join.REPAIRED).cast("byte").alias("code")
            empty = [fn.lit(None).cast(kind).alias(name) for name, kind in _EMPTY.items()]
            none = fn.lit(0).cast("byte").alias("note")
            matched = matched.unionByName(doubtful.select(code, none, *empty, "row_no", "batch", *columns, *CARRIED))
        self._take(matched, self.work / f"spark-{material.spec.code}")

    def _told(self, found: Any) -> Any:
        """``join.matched_sql``'s code, note and marks."""
        from pyspark.sql import functions as fn

        blank = fn.col("pinyin_token").isNull() | fn.col("k_pinyin").isNull()
        mended = (fn.col("id_state") == "fixed") | fn.coalesce(fn.col("mended"), fn.lit(False))
        code = (
            fn.when(~fn.col("exact"), fn.lit(join.REPAIRED))
            .when(fn.col("pinyin_token") == fn.col("k_pinyin"), fn.lit(join.SAME))
            .when(blank & mended, fn.lit(join.SAME_IN_DOUBT))
            .when(blank, fn.lit(join.SAME))
            .otherwise(fn.lit(join.UNGRADED))
        )
        unsaid = fn.when(mended, fn.lit(verdict.UNSUPPORTED)).otherwise(fn.lit(verdict.BLANK))
        note = fn.when(fn.col("exact") & blank, unsaid).otherwise(fn.lit(0))
        told = found.withColumn("code", code.cast("byte")).withColumn("note", note.cast("byte"))
        ungraded = fn.col("code") == join.UNGRADED
        for name, value in zip(join.MARKS, (fn.col("pinyin_token"), fn.col("surname_token"), mended), strict=True):
            told = told.withColumn(name, fn.when(ungraded, value))
        return told

    def _read(self, paths: Sequence[Path]) -> Any:
        """Files under …/source=C/period=P/batch=B with the batch as a column."""
        from pyspark.sql import functions as fn

        rows = self.spark.read.option("mergeSchema", "true").parquet(*(_uri(path) for path in paths))
        kept = [name for name in rows.columns if name not in ("source", "period", "batch")]
        batch = fn.regexp_extract(fn.col("_metadata.file_path"), "batch=([^/]+)/", 1).alias("batch")
        return rows.select(*kept, batch)

    def _take(self, matched: Any, folder: Path) -> None:
        matched.write.mode("overwrite").parquet(_uri(folder))
        files = quoted(folder / "*.parquet")
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE matched AS SELECT * FROM read_parquet({files})")

    def close(self) -> None:
        """End the session."""
        self.spark.stop()


def _uri(path: Path) -> str:
    """Not ``Path.as_uri``: Spark takes the signs of the folders' names as they are."""
    return f"file://{path.absolute()}"
