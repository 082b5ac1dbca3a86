"""The two tables of what people handed in: ciphertext only, and only while a wave is open."""

from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Base


class OpenBallot(Base):
    """One person's sealed answers to one dimension, while the wave is open.

    Absent on purpose: the person, the unit, the dimension, the delivery and the time of arrival. The
    key is an HMAC that only the holder of the wave's key can compute; the payload is encrypted.

    There is no foreign key to the wave: PostgreSQL keeps each wave in a partition of its own, which
    is made at opening and dropped at the seal, so a row without an open wave cannot exist there.
    """

    __tablename__ = "open_ballot"
    __table_args__ = ({"sqlite_with_rowid": False, "postgresql_partition_by": "LIST (wave_id)"},)

    wave_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    payload: Mapped[bytes]


class OpenRemark(Base):
    """One person's sealed words to the open question of a wave, while it is open.

    Absent on purpose: the same as in a ballot. The key has nothing in common with the keys of the same
    person's ballots, and every payload has the same length, whatever was written and how it is to be
    passed on. A remark is stored in a transaction of its own, so it shares no `xmin` with ballots.
    """

    __tablename__ = "open_remark"
    __table_args__ = ({"sqlite_with_rowid": False, "postgresql_partition_by": "LIST (wave_id)"},)

    wave_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    payload: Mapped[bytes]
