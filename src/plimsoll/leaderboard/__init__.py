"""Submissions -> boards: checks, scores, keeps and ranks what teams hand in, and serves it.

Nouns (`nouns.py`; all frozen values, safe to show to whoever got them from the service):

    Board       one benchmark in one language and split, with its settings and its open round
    Round       the time between two closings; a keyed share of its questions is held out
    Team        who hands in; owns submissions and tokens
    Meta        what a team says of its model: name, size, date, link, setting, how it was scored
    Fault       one thing that is wrong with a file, with a bounded list of ids
    Score       one number as it may be shown: rounded, with interval, of one category
    Scores      the official (`compat`) and the strict reading, with what they cover
    Receipt     what the submitter gets: id, version, SHA-256, time, state, scores
    Version     one state of a submission; every one is kept
    Submission  its versions, its owner, its state: pending, published, withdrawn
    Row         a published version on its board, with its span of ranks
    Table       the rows of a board, sorted and filtered
    Who         the owner of a token: the host or a team

Verbs (`service.py`; plain functions that block on the database, so call them from a thread):

    service.accounts    token -> who                  service.boards    what anyone may see
    service.submitting  check, submit, update, withdraw   service.admin     the host's desk

No answer of a board is in any noun, error or log line. `grain.py` says how numbers are blunted,
`holdout.py` which questions are held out, `limits.py` how often a team may ask for a score.
"""
