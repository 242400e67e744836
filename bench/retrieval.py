"""How well and how fast retrieval finds the right passage: recall@1 and @5 by weight of the words, and milliseconds per query.

Three sets: the demo's questions over its website and PDFs, as visitors ask them; and the questions of Python's FAQ (Debian's package
`python3.11-doc`, optional), once with their headings in the chunks and once hidden, which is what full text must prove itself on.
Runs in a transaction of its own that is rolled back; needs the database and the model process.

    bin/manage shell < /dev/null; python -m bench.retrieval [--faq /usr/share/doc/python3.11/html/faq]
"""
