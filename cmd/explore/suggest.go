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
	best, bestAt := "", len(name)/3+2
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

// distance is the number of letters to insert, delete or replace to make b of
// a (Levenshtein, 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d++
			}
			diagonal = row[j+1]
			row[j+1] = min(d, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
