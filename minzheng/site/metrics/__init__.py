"""Figures for monitoring in Prometheus' text form: counted by every process, added up where they are asked for."""

#: Names the folder of the counting files; read by ``prometheus_client`` when it is imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
