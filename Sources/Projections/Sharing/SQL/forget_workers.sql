-- Workers that were not seen for so many milliseconds; one that is there after all joins anew.
DELETE FROM models.workers WHERE seen < clock_timestamp() - $1 * interval '1 millisecond'
