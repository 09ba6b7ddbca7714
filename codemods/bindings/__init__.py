"""What a module binds and reads, and at which moment; ``ast`` alone, nothing is executed."""

from codemods.bindings.imports import Import, imports_of
from codemods.bindings.module import Module, Statement
from codemods.bindings.references import Moment, Reference

__all__ = ["Import", "Module", "Moment", "Reference", "Statement", "imports_of"]
