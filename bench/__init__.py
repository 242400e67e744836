"""What is measured, run by `bin/bench NAME`: services of their own, warm, figures as
percentiles.
"""
