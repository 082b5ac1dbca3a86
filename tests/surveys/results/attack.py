"""What somebody can compute from figures by adding and subtracting them."""

from fractions import Fraction


def rank(rows: list[list[int]]) -> int:
    """The rank of a matrix over the rationals, by elimination; written apart from what it tests."""
    matrix = [[Fraction(cell) for cell in row] for row in rows]
    found = 0
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((r for r in range(found, len(matrix)) if matrix[r][column]), None)
        if pivot is None:
            continue
        matrix[found], matrix[pivot] = matrix[pivot], matrix[found]
        for other in range(len(matrix)):
            if other != found and matrix[other][column]:
                factor = matrix[other][column] / matrix[found][column]
                matrix[other] = [a - factor * b for a, b in zip(matrix[other], matrix[found], strict=True)]
        found += 1
    return found
