"""Letters to sections (通知文): one each, all of a kind in one file. Figures → prose → blocks.

The document number, the sender and the sentences are paragraphs that the secretariat edits like those of any paper;
what is issued is sealed like any paper.
"""
