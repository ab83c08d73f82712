"""The front door: what people meet in Prefect."""
