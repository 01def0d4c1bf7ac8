-- One program at a time looks which projections lack a build.
LOCK TABLE models.builds IN SHARE ROW EXCLUSIVE MODE
