from pizzeria.foundation.actor import Permission

SEE_REPORTS = Permission("reports.see_reports")
