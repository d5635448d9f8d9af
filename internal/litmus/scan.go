package litmus

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// words splits a line, without its comment, into words and operators. Blanks
// are needed between words only. A word is a run of letters, digits and "_.+-";
// an operator is a run of "=!<>", or one of ":" and ";".
func words(line string) ([]string, error) {
	if i := strings.IndexByte(line, '#'); i >= 0 {
		line = line[:i]
	}
	line = strings.TrimSuffix(line, "\r")
	var out []string
	for i := 0; i < len(line); {
		c := line[i]
		j := i + 1
		switch {
		case c == ' ' || c == '\t':
			i = j
			continue
		case c == ':' || c == ';':
		case isOperator(c):
			for j < len(line) && isOperator(line[j]) {
				j++
			}
		case isWord(c):
			for j < len(line) && isWord(line[j]) {
				j++
			}
		default:
			r, size := utf8.DecodeRuneInString(line[i:])
			if r == utf8.RuneError && size <= 1 {
				return nil, fmt.Errorf("byte 0x%02x is not UTF-8 text", c)
			}
			return nil, fmt.Errorf("unexpected character %q", r)
		}
		out = append(out, line[i:j])
		i = j
	}
	return out, nil
}

func isOperator(c byte) bool { return c == '=' || c == '!' || c == '<' || c == '>' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '.' || c == '+' || c == '-'
}

// isProgramName reports whether s may follow "name": [A-Za-z0-9_][A-Za-z0-9_.-]*.
func isProgramName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		inner := i > 0 && (c == '.' || c == '-')
		if !isLetter(c) && !isDigit(c) && !inner {
			return false
		}
	}
	return s != ""
}

// isIdent reports whether s may name a task, a variable or a lock: [A-Za-z_][A-Za-z0-9_]*.
func isIdent(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !isLetter(c) && (i == 0 || !isDigit(c)) {
			return false
		}
	}
	return s != ""
}

// parseNumber reads a signed 64-bit number: an optional minus and decimal digits.
func parseNumber(s string) (int64, error) {
	digits := strings.TrimPrefix(s, "-")
	for i := 0; i < len(digits); i++ {
		if !isDigit(digits[i]) {
			return 0, fmt.Errorf("%s is not a number", s)
		}
	}
	if digits == "" {
		return 0, fmt.Errorf("%s is not a number", s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s does not fit in 64 bits with a sign", s)
	}
	return n, nil
}

// parseExpr reads N, acc, acc+N or acc-N.
func parseExpr(s string) (Expr, error) {
	rest, isAcc := strings.CutPrefix(s, "acc")
	switch {
	case !isAcc:
		n, err := parseNumber(s)
		if err != nil {
			return Expr{}, fmt.Errorf("%w; an expression is N, acc, acc+N or acc-N", err)
		}
		return Expr{N: n}, nil
	case rest == "":
		return Expr{Acc: true}, nil
	case rest[0] != '+' && rest[0] != '-':
		return Expr{}, fmt.Errorf("%s is not an expression; an expression is N, acc, acc+N or acc-N", s)
	}
	n, err := parseNumber(rest[1:])
	if err != nil {
		return Expr{}, fmt.Errorf("bad expression %s: %q after acc%c is no number that fits in 64 bits", s, rest[1:], rest[0])
	}
	if rest[0] == '-' {
		n = -n // wraps for the least number, as acc-N does
	}
	return Expr{Acc: true, N: n}, nil
}

// parseCond reads an operator and a number.
func parseCond(op, n string) (Cond, error) {
	for c, word := range cmpWords {
		if word != op {
			continue
		}
		v, err := parseNumber(n)
		return Cond{Cmp: Cmp(c), N: v}, err
	}
	return Cond{}, fmt.Errorf("unknown comparison %q; there are == != < >", op)
}
