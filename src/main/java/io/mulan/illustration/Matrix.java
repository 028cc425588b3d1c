package io.mulan.illustration;

/** A matrix of two rows and two columns. */
record Matrix(double a, double b, double c, double d) {

  Matrix times(Matrix o) {
    return new Matrix(a * o.a + b * o.c, a * o.b + b * o.d, c * o.a + d * o.c, c * o.b + d * o.d);
  }

  Matrix plus(double first, double second) {
    return new Matrix(a + first, b, c, d + second);
  }

  Matrix minus(Matrix o) {
    return new Matrix(a - o.a, b - o.b, c - o.c, d - o.d);
  }

  Matrix transposed() {
    return new Matrix(a, c, b, d);
  }

  double determinant() {
    return a * d - b * c;
  }

  Matrix inverse() {
    double det = determinant();
    return new Matrix(d / det, -b / det, -c / det, a / det);
  }

  /** The lower triangle L with L Lᵀ equal to this covariance (Cholesky). */
  Matrix root() {
    double first = Math.sqrt(a);
    double below = c / first;
    return new Matrix(first, 0, below, Math.sqrt(d - below * below));
  }

  double first(double x, double y) {
    return a * x + b * y;
  }

  double second(double x, double y) {
    return c * x + d * y;
  }

  /** The quadratic form of this matrix. */
  double form(double x, double y) {
    return x * first(x, y) + y * second(x, y);
  }
}
