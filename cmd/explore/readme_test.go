package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestReadmeShowsRealOutput runs the command of each marked block of the README
// and compares. A block is marked by a line such as
//
//	<!-- explore -depth 400 -->
//
// before it; -update rewrites the blocks.
func TestReadmeShowsRealOutput(t *testing.T) {
	const file = "../../README.md"
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, blocks := fillBlocks(string(old), func(args []string) string {
		var out, errs bytes.Buffer
		if code := run(append(args, "-q"), strings.NewReader(""), &out, &errs); code > 1 {
			t.Fatalf("explore %v: exit %d: %s", args, code, errs.String())
		}
		return out.String()
	})
	if blocks == 0 {
		t.Error("the README shows no output")
	}
	if got == string(old) {
		return
	}
	if !*update {
		t.Error("the README does not show what the command prints: run go test ./cmd/explore -update and read what changes")
		return
	}
	if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fillBlocks replaces the text of each marked block by what its command prints.
func fillBlocks(text string, output func(args []string) string) (filled string, blocks int) {
	var b strings.Builder
	lines := strings.SplitAfter(text, "\n")
	for i := 0; i < len(lines); i++ {
		b.WriteString(lines[i])
		args, marked := strings.CutPrefix(strings.TrimSpace(lines[i]), "<!-- explore ")
		if !marked || i+1 >= len(lines) || !strings.HasPrefix(lines[i+1], "```") {
			continue
		}
		blocks++
		i++
		b.WriteString(lines[i])
		b.WriteString(output(strings.Fields(strings.TrimSuffix(args, "-->"))))
		for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
		}
		if i < len(lines) {
			b.WriteString(lines[i])
		}
	}
	return b.String(), blocks
}

func TestFillBlocks(t *testing.T) {
	const text = "a\n<!-- explore -n 1 -->\n```\nold\nlines\n```\nb\n```\nkept\n```\n"
	got, blocks := fillBlocks(text, func(args []string) string { return "new " + strings.Join(args, ",") + "\n" })
	want := "a\n<!-- explore -n 1 -->\n```\nnew -n,1\n```\nb\n```\nkept\n```\n"
	if got != want || blocks != 1 {
		t.Errorf("%d blocks:\n%s", blocks, got)
	}
}
