package main

import "strings"

// unknown is the error for a name that no list has: with the name that was
// probably meant, or the list if that is short.
func unknown(what, name string, names []string) error {
	if near := nearest(name, names); near != "" {
		return usagef("unknown %s %q, did you mean %s?", what, name, near)
	}
	if all := strings.Join(names, ", "); len(names) > 0 && len(all) < 100 {
		return usagef("unknown %s %q, there are: %s", what, name, all)
	}
	return usagef("unknown %s %q (%s shows them)", what, name, "explore list "+plural(what))
}

func plural(what string) string {
	if strings.HasSuffix(what, "y") {
		return what[:len(what)-1] + "ies"
	}
	return what + "s"
}

// nearest returns the one of names that is most like name, "" if none is.
func nearest(name string, names []string) string {
	if name == "" {
		return ""
	}
	name = strings.ToLower(name)
	best, bestAt := "", min(len(name)/3+2, (len(name)+2)/2) // of a short name, something must be left
	for _, n := range names {
		low := strings.ToLower(n)
		d := distance(name, low)
		if strings.HasPrefix(low, name) {
			d = min(d, 1)
		}
		if d < bestAt {
			best, bestAt = n, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace, and of pairs of
// neighbours to exchange, to make b of a (Damerau, 1964, each letter at most once).
func distance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			d := row[j]
			if a[i] != b[j] {
				d++
			}
			next[j+1] = min(d, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
