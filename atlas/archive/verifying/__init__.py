"""Was the record altered?"""
