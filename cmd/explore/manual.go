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

// manualOf returns what the manual says of one command: its line of the synopsis,
// its paragraphs under Commands, and where the flags are explained. For words
// that are no command it is the whole manual.
func manualOf(command string) string {
	synopsis, paragraph := "    explore "+command+" ", strings.ToUpper(command[:min(1, len(command))])+command[min(1, len(command)):]+" "
	var b strings.Builder
	_, commands, _ := strings.Cut(manual(), "\nCommands\n\n")
	for line := range strings.Lines(manual()) {
		if strings.HasPrefix(line, synopsis) {
			b.WriteString("usage: " + strings.TrimSpace(line) + "\n\n")
			break
		}
	}
	for _, p := range strings.Split(commands, "\n\n") {
		if command != "" && strings.HasPrefix(p, paragraph) {
			b.WriteString(p + "\n\n")
		}
	}
	if b.Len() == 0 {
		return manual()
	}
	return b.String() + "explore help has the whole manual, with the flags.\n"
}
