"""A tape as a picture: connections as lanes, time from top to bottom, repeated operations as ticks, faults marked.

`reading` takes the text of a tape apart, `lanes` decides what stands where, `terminal` and `svg` draw it.
"""
