package org.instructgpt.model;

/// The parts of a GPT in plain loops over doubles, each with its derivative by hand. Rows are
/// positions. Slow and short, for [ReferenceGpt].
final class Loops {
  private Loops() {}

  /// x W + b for every row of x (T, n), with W (n, m) row after row.
  static double[][] linear(double[][] x, double[] w, double[] b) {
    int m = b.length;
    var y = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      y[t] = b.clone();
      for (int i = 0; i < x[t].length; i++) {
        for (int j = 0; j < m; j++) {
          y[t][j] += x[t][i] * w[i * m + j];
        }
      }
    }
    return y;
  }

  /// From dy = dL/dy to dL/dx; adds dL/dW and dL/db to dw and db.
  static double[][] linearBack(double[][] x, double[] w, double[][] dy, double[] dw, double[] db) {
    int m = db.length;
    var dx = new double[x.length][x[0].length];
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < x[t].length; i++) {
        for (int j = 0; j < m; j++) {
          dx[t][i] += dy[t][j] * w[i * m + j];
          dw[i * m + j] += x[t][i] * dy[t][j];
        }
      }
      addTo(db, 0, dy[t], 1);
    }
    return dx;
  }

  static double[][] layerNorm(double[][] x, double[] scale, double[] shift, double epsilon) {
    var y = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      double[] z = standardised(x[t], epsilon);
      y[t] = new double[z.length];
      for (int i = 0; i < z.length; i++) {
        y[t][i] = z[i] * scale[i] + shift[i];
      }
    }
    return y;
  }

  /// With z = (x - mean)/d and g = dy scale: dx = (g - mean(g) - z mean(g z))/d.
  static double[][] layerNormBack(
      double[][] x,
      double[] scale,
      double epsilon,
      double[][] dy,
      double[] dScale,
      double[] dShift) {
    var dx = new double[x.length][scale.length];
    for (int t = 0; t < x.length; t++) {
      int n = scale.length;
      double[] z = standardised(x[t], epsilon);
      double g = 0;
      double gz = 0;
      for (int i = 0; i < n; i++) {
        dScale[i] += dy[t][i] * z[i];
        dShift[i] += dy[t][i];
        g += dy[t][i] * scale[i] / n;
        gz += dy[t][i] * scale[i] * z[i] / n;
      }
      double deviation = deviation(x[t], epsilon);
      for (int i = 0; i < n; i++) {
        dx[t][i] = (dy[t][i] * scale[i] - g - z[i] * gz) / deviation;
      }
    }
    return dx;
  }

  private static double[] standardised(double[] x, double epsilon) {
    double mean = mean(x);
    double deviation = deviation(x, epsilon);
    var z = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      z[i] = (x[i] - mean) / deviation;
    }
    return z;
  }

  private static double mean(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v;
    }
    return sum / x.length;
  }

  private static double deviation(double[] x, double epsilon) {
    double mean = mean(x);
    double sum = 0;
    for (double v : x) {
      sum += (v - mean) * (v - mean);
    }
    return Math.sqrt(sum / x.length + epsilon);
  }

  static double gelu(double x, boolean tanh) {
    return tanh
        ? 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))
        : x * normal(x);
  }

  static double geluSlope(double x, boolean tanh) {
    if (!tanh) {
      return normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
    double c = Math.sqrt(2 / Math.PI);
    double th = Math.tanh(c * (x + 0.044715 * x * x * x));
    return 0.5 * (1 + th) + 0.5 * x * (1 - th * th) * c * (1 + 3 * 0.044715 * x * x);
  }

  /// The normal distribution function by a series whose terms all have one sign: 1/2 + density(x)
  /// (x + x^3/3 + x^5/(3 5) + ...).
  static double normal(double x) {
    if (Math.abs(x) > 8) {
      return x > 0 ? 1 : 0;
    }
    double term = x;
    double sum = x;
    for (int n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
      term *= x * x / n;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /// How much position `t` of a head takes of each position, from queries, keys and values side by
  /// side (T, 3C); `window` 0 sees everything before.
  static double[] attention(double[][] qkv, int head, int heads, int t, int window) {
    int c = qkv[0].length / 3;
    int d = c / heads;
    var p = new double[t + 1];
    double sum = 0;
    for (int s = window == 0 ? 0 : Math.max(0, t - window + 1); s <= t; s++) {
      double score = dot(qkv[t], head * d, qkv[s], c + head * d, d) / Math.sqrt(d);
      p[s] = Math.exp(score);
      sum += p[s];
    }
    for (int s = 0; s <= t; s++) {
      p[s] /= sum;
    }
    return p;
  }

  /// The mixed values (T, C) of all heads.
  static double[][] mix(double[][] qkv, int heads, int window) {
    int c = qkv[0].length / 3;
    int d = c / heads;
    var mixed = new double[qkv.length][c];
    for (int at = 0; at < qkv.length * heads; at++) {
      int t = at / heads;
      int head = at % heads;
      double[] p = attention(qkv, head, heads, t, window);
      for (int s = 0; s <= t; s++) {
        for (int i = 0; i < d; i++) {
          mixed[t][head * d + i] += p[s] * qkv[s][2 * c + head * d + i];
        }
      }
    }
    return mixed;
  }

  /// From dL/d(mixed) to dL/d(qkv).
  static double[][] mixBack(double[][] qkv, int heads, int window, double[][] dMixed) {
    var dQkv = new double[qkv.length][qkv[0].length];
    for (int at = 0; at < qkv.length * heads; at++) {
      int t = at / heads;
      int head = at % heads;
      headBack(qkv, head, heads, attention(qkv, head, heads, t, window), dMixed[t], dQkv);
    }
    return dQkv;
  }

  /// Softmax backwards: ds = p (dp - sum of p dp).
  private static void headBack(
      double[][] qkv, int head, int heads, double[] p, double[] dMixed, double[][] dQkv) {
    int t = p.length - 1;
    int c = qkv[0].length / 3;
    int d = c / heads;
    int q = head * d;
    int k = c + q;
    int v = c + k;
    var dp = new double[p.length];
    double sum = 0;
    for (int s = 0; s <= t; s++) {
      dp[s] = dot(dMixed, q, qkv[s], v, d);
      sum += p[s] * dp[s];
    }
    for (int s = 0; s <= t; s++) {
      double ds = p[s] * (dp[s] - sum) / Math.sqrt(d);
      for (int i = 0; i < d; i++) {
        dQkv[s][v + i] += p[s] * dMixed[q + i];
        dQkv[t][q + i] += ds * qkv[s][k + i];
        dQkv[s][k + i] += ds * qkv[t][q + i];
      }
    }
  }

  static double[] logSoftmax(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += Math.exp(v);
    }
    var result = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      result[i] = x[i] - Math.log(sum);
    }
    return result;
  }

  static double dot(double[] a, int fromA, double[] b, int fromB, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[fromA + i] * b[fromB + i];
    }
    return sum;
  }

  /// Adds `factor` times `more` to `to` from place `at` on.
  static void addTo(double[] to, int at, double[] more, double factor) {
    for (int i = 0; i < more.length; i++) {
      to[at + i] += factor * more[i];
    }
  }

  static double[][] sum(double[][] a, double[][] b) {
    var result = new double[a.length][];
    for (int t = 0; t < a.length; t++) {
      result[t] = a[t].clone();
      addTo(result[t], 0, b[t], 1);
    }
    return result;
  }
}
