package main

import (
	"fmt"
	"strings"

	"lockheld/heap"
	"lockheld/internal/program"
	"lockheld/internal/report"
	"lockheld/model"
	"lockheld/sched"
)

// lists are what "explore list" can show: one line for each entry.
var lists = []struct {
	name  string
	lines func() []string
}{
	{"scenarios", listScenarios},
	{"variants", listVariants},
	{"bugs", listBugs},
	{"properties", listProperties},
	{"sites", listSites},
	{"strategies", listStrategies},
	{"programs", listPrograms},
	{"formats", listFormats},
}

// list writes a list.
func (c *command) list(args []string) error {
	var names []string
	for _, l := range lists {
		names = append(names, l.name)
	}
	if len(args) != 1 {
		return usagef("list takes one of: %s", strings.Join(names, ", "))
	}
	for _, l := range lists {
		if l.name == args[0] {
			_, err := fmt.Fprintln(c.stdout, strings.Join(l.lines(), "\n"))
			return err
		}
	}
	return unknown("list", args[0], names)
}

// entry is a line: name, tab, a sentence.
func entry(name, doc string) string { return name + "\t" + doc }

func listVariants() []string {
	var lines []string
	for _, v := range heap.Variants() {
		lines = append(lines, strings.Join([]string{v.Name, v.Kind, orNone(v.Catch), v.Doc}, "\t"))
	}
	return lines
}

func listSites() []string {
	var lines []string
	for _, s := range heap.Sites() {
		lines = append(lines, entry(string(s.Site), s.Doc))
	}
	for _, s := range model.Sites() {
		lines = append(lines, entry(string(s.Site), sentence(s.Sentence)))
	}
	return lines
}

func listStrategies() []string {
	var lines []string
	for _, s := range sched.Strategies() {
		lines = append(lines, entry(s.Name, s.Doc))
	}
	return lines
}

func listPrograms() []string {
	var lines []string
	for _, e := range program.List() {
		lines = append(lines, entry(e.Pattern(), e.Doc))
	}
	return lines
}

// sentence makes a sentence of words that begin with a small letter, unless
// that belongs to a name.
func sentence(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if first != "" && strings.ToLower(first) == first && !strings.ContainsAny(first, "./_") && first != "allp" {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return s + "."
}

func listFormats() []string {
	var lines []string
	for _, f := range report.Formats() {
		lines = append(lines, entry(f.Name, f.Doc))
	}
	return lines
}
