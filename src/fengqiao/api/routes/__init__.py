"""Operations by domain; each a thin call of an action or a query."""
