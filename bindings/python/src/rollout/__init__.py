# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of releasing software to many machines: plan = f(workload, snapshot).

What was asked for and what is there go in; what must be done now, and for every pod why or why not, comes out. There are two
ways in: facts, as the dataclasses Workload and Snapshot, with plan() and order(); and documents, as json.load() or
yaml.safe_load() give them, with plan_document() and order_document(). decode() leads from the second to the first.

The same input gives the same answer: nothing here reads the clock, the environment, a file or the locale. Every call may be
made from any thread, and lets other threads run meanwhile. What is given is never changed. Nothing needs to be closed.
"""
from . import enums, types
from ._calls import (
    diff,
    intstr_scale,
    op_name,
    order,
    order_default,
    order_priority,
    order_scatter,
    order_update,
    plan,
    priority_key,
    reason_name,
    selector_check,
    selector_matches,
    versions,
)
from ._documents import (
    DocumentPlan,
    apply_document,
    apply_status_document,
    decode,
    decode_pod,
    document_count,
    dumps,
    inject,
    order_document,
    plan_document,
)
from .enums import *
from .errors import AbiError, InvalidError, LibraryError, NoMemoryError, RolloutError
from .types import *

__all__ = [
    'AbiError',
    'DocumentPlan',
    'InvalidError',
    'LibraryError',
    'NoMemoryError',
    'RolloutError',
    'apply_document',
    'apply_status_document',
    'decode',
    'decode_pod',
    'diff',
    'document_count',
    'dumps',
    'inject',
    'intstr_scale',
    'op_name',
    'order',
    'order_default',
    'order_document',
    'order_priority',
    'order_scatter',
    'order_update',
    'plan',
    'plan_document',
    'priority_key',
    'reason_name',
    'selector_check',
    'selector_matches',
    'versions',
]
__all__ += enums.__all__
__all__ += types.__all__
