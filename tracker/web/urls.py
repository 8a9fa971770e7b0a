"""Routes of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from tracker.web import (
    bookings,
    flags,
    gaps,
    home,
    inbox,
    patient_course,
    patient_plan,
    patient_record,
    patient_results,
    patient_signals,
    patient_treatment,
    patients,
    reports,
    session,
    worklist,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("favicon.ico", home.icon, name="icon"),
    path("session/", session.session, name="session"),
    path("session/again/", session.signed_in, name="signed_in"),
    path("inbox/", inbox.inbox_page, name="inbox"),
    path("signals/acknowledge/", flags.acknowledge, name="acknowledge"),
    path("signals/<int:flag_id>/", flags.flag, name="flag"),
    path("signals/<int:flag_id>/why/", flags.why, name="why"),
    path("signals/<int:flag_id>/resolve/", flags.resolve, name="resolve"),
    path("signals/<int:flag_id>/reopen/", flags.reopen, name="reopen"),
    path("worklist/", worklist.worklist_page, name="worklist"),
    path("worklist/book/", bookings.book_together, name="book_together"),
    path("worklist/undo/", bookings.undo_last, name="undo_last"),
    path("worklist/<int:test_id>/book/", bookings.book, name="book_test"),
    path("worklist/<int:test_id>/cancel/", bookings.cancel_booking, name="cancel_booking"),
    path("worklist/<int:test_id>/skip/", bookings.skip, name="skip_test"),
    path("worklist/<int:test_id>/done/", bookings.done, name="test_done"),
    path("reports/", reports.reports, name="reports"),
    path("reports/export/<slug:code>/", reports.export, name="export"),
    path("reports/gaps/<slug:code>/", gaps.gap, name="gap"),
    path("reports/plans/", gaps.start_all_suggested, name="start_all_suggested"),
    path("reports/plans/<int:patient_id>/", gaps.start_suggested, name="start_suggested"),
    path("patients/", patients.patients, name="patients"),
    path("patients/<int:patient_id>/", patient_course.patient_course, name="patient"),
    path("patients/<int:patient_id>/results/", patient_results.patient_results, name="patient_results"),
    path("patients/<int:patient_id>/plan/", patient_plan.patient_plan, name="patient_plan"),
    path("patients/<int:patient_id>/treatment/", patient_treatment.patient_treatment, name="patient_treatment"),
    path("patients/<int:patient_id>/signals/", patient_signals.patient_signals, name="patient_signals"),
    path("patients/<int:patient_id>/record/", patient_record.patient_record, name="patient_record"),
]
