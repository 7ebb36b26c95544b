"""The one MetaData that every feature's tables belong to."""

from sqlalchemy import MetaData

metadata = MetaData()
