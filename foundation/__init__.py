"""What every app stands on and what knows none of them: guarded fetching, API errors, encrypted
fields, logs, mail, the model process.
"""
