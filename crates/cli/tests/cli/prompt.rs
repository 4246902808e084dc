//! The interactive prompt, on a pseudo-terminal.

use rexpect::session::spawn_command;

use crate::harness::Workplace;

#[test]
fn a_session_at_the_prompt() -> Result<(), rexpect::error::Error> {
    let workplace = Workplace::new();
    workplace.write("reviews.csv", "id,comment\n1,good\n");
    let mut command = workplace.command(&["sql"]);
    command.env("TERM", "xterm");
    let mut prompt = spawn_command(command, Some(20_000))?;
    prompt.exp_string("tronie> ")?;
    prompt.send_line("select count(*) as n")?;
    prompt.send_line("from 'reviews.csv';")?;
    prompt.exp_string("| n |")?;
    prompt.exp_string("1 row in")?;
    prompt.exp_string("tronie> ")?;
    prompt.send_line("select nothing from 'reviews.csv';")?;
    prompt.exp_string("error: there is no column `nothing`")?;
    prompt.exp_string("tronie> ")?;
    prompt.send_line("set tronie.on_error = 'fail';")?;
    prompt.exp_string("done in")?;
    prompt.exp_string("tronie> ")?;
    prompt.send_line("select count(*) from generate_series(1, 100000000000) as t(a) where a % 7 = 3;")?;
    std::thread::sleep(std::time::Duration::from_secs(1));
    prompt.send_control('c')?;
    prompt.exp_string("cancelled")?;
    prompt.exp_string("tronie> ")?;
    prompt.send_line("\\q")?;
    prompt.exp_eof()?;
    let history = std::fs::read_to_string(workplace.path("data/history")).expect("a history");
    assert!(history.contains("from 'reviews.csv'"), "{history}");
    Ok(())
}
