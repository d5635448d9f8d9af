package main

import (
	_ "embed"
	"strings"
)

//go:embed doc.go
var docFile string

// manual returns the package comment, which is the manual, as text.
func manual() string {
	var b strings.Builder
	for line := range strings.Lines(docFile) {
		text, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "//")
		if !ok {
			break
		}
		text = strings.TrimPrefix(text, " ")
		if text, ok := strings.CutPrefix(text, "\t"); ok {
			b.WriteString("    " + strings.ReplaceAll(text, "\t", "    ") + "\n")
			continue
		}
		b.WriteString(strings.TrimPrefix(text, "# ") + "\n")
	}
	return b.String()
}
