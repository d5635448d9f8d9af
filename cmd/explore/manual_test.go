package main

import (
	"flag"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// manualFlags reads the flags from the package comment: the words of each
// heading, such as "-depth N", and the text below it.
func manualFlags(t *testing.T) (headings []string, text map[string]string) {
	t.Helper()
	text = map[string]string{}
	in := false
	for line := range strings.Lines(manual()) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "Flags" || line == "Commands":
			in = line == "Flags"
		case in && strings.HasPrefix(line, "    -"):
			headings = append(headings, strings.TrimSpace(line))
		case in && strings.HasPrefix(line, "        "):
			if len(headings) == 0 {
				t.Fatalf("text before the first flag: %s", line)
			}
			text[headings[len(headings)-1]] += strings.TrimSpace(line) + " "
		}
	}
	return headings, text
}

// The package comment describes every flag, in the order of the table, with
// what stands for its value and its default, and no flag that does not exist.
func TestManualHasTheFlags(t *testing.T) {
	headings, text := manualFlags(t)
	var want []string
	s := newSettings()
	flags := s.flagSet("")
	for _, e := range flagTable {
		heading := strings.TrimSpace("-" + e.name + " " + e.value)
		want = append(want, heading)
		f := flags.Lookup(e.name)
		if _, ok := e.at(s).(*bool); ok != (e.value == "") {
			t.Errorf("-%s: a switch has no value, everything else has", e.name)
		}
		body := text[heading]
		if body == "" {
			t.Errorf("%s: nothing is said about it", heading)
		}
		stated := regexp.MustCompile(`\(default (\S+)\)`).FindStringSubmatch(body)
		switch {
		case e.name == "j": // the number of processors
		case stated == nil && f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s":
			t.Errorf("%s: the default %s is not stated", heading, f.DefValue)
		case stated != nil && stated[1] != f.DefValue:
			t.Errorf("%s: the default is stated as %s, it is %s", heading, stated[1], f.DefValue)
		}
	}
	if got, want := strings.Join(headings, "\n"), strings.Join(want, "\n"); got != want {
		t.Errorf("flags of the manual:\n%s\nflags:\n%s", got, want)
	}
	count := 0
	flags.VisitAll(func(*flag.Flag) { count++ })
	if count != len(flagTable) {
		t.Errorf("%d flags, %d in the table", count, len(flagTable))
	}
}

// The manual names every command and every list.
func TestManualHasTheCommands(t *testing.T) {
	for _, name := range commandNames {
		if !strings.Contains(manual(), "\n    explore "+name) {
			t.Errorf("the command %s is not in the synopsis", name)
		}
	}
	var names []string
	for _, l := range lists {
		names = append(names, l.name)
	}
	if want := "explore list " + strings.Join(names, "|") + "\n"; !strings.Contains(manual(), want) {
		t.Errorf("not in the synopsis: %s", want)
	}
}

// What "explore help" prints is the package comment, and that is one that go doc
// formats as it stands.
func TestManualIsThePackageComment(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	text := packageComment(f)
	var p comment.Parser
	d := p.Parse(text)
	var pr comment.Printer
	if got := string(pr.Comment(d)); got != text {
		t.Error("gofmt would lay out the package comment in another way")
	}
	words := func(s string) string {
		return strings.Join(strings.Fields(strings.ReplaceAll(s, "\n# ", "\n")), " ")
	}
	if words(text) != words(manual()) {
		t.Error("explore help prints something else than the package comment")
	}
	if !strings.HasPrefix(text, "Explore ") {
		t.Errorf("the package comment begins with %.20q", text)
	}
}

func packageComment(f *ast.File) string { return f.Doc.Text() }
