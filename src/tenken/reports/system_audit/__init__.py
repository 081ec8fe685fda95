"""情報システム監査 in the papers: section 2 of paper 1, the system audit of paper 2, paper 4 and its reference."""
