"""Services of printing: jobs are requested, claimed by a worker, and printed outside any transaction."""

from kitchen.printing.services.attempts import claim_print_job, print_next_job, record_print_outcome
from kitchen.printing.services.requests import (
    dismiss_print_failure,
    print_page,
    purge_print_jobs,
    queue_change,
    queue_first_copy,
    request_print,
)

__all__ = [
    "claim_print_job",
    "dismiss_print_failure",
    "print_next_job",
    "print_page",
    "purge_print_jobs",
    "queue_change",
    "queue_first_copy",
    "record_print_outcome",
    "request_print",
]
