"""May a captured text become a version?"""
