"""Importing goods: a file is read, checked, shown, and carried out by a task (ADR 15).

reading -> checking -> (staff confirm) -> running; a sweep resumes what a dead worker left.
"""
