"""The desk: one stored mail, one transaction, one outcome."""

from mailproc.desk.consider import Considered, consider
from mailproc.desk.handle import Desk
from mailproc.desk.office import Office

__all__ = ["Considered", "Desk", "Office", "consider"]
