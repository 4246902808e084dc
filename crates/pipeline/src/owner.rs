//! Whether the process that took a lease is gone, as far as that can be known.

use std::fs;

/// This process, told apart from all others: machine and time of its start, space of process numbers, number, time of the
/// process's start. `None` where the system does not say.
pub(crate) fn this_process() -> Option<String> {
    let (machine, space) = here()?;
    let id = std::process::id();
    Some(format!("{machine} {space} {id} {}", started(id)?))
}

/// Whether an owner is a process of this machine that does not run any more. An owner that nothing is known of may live.
pub(crate) fn is_gone(owner: &str) -> bool {
    let fields: Vec<&str> = owner.split(' ').collect();
    let ([machine, space, id, start], Some(own)) = (fields.as_slice(), here()) else {
        return false;
    };
    let Ok(id) = id.parse() else { return false };
    (*machine, *space) == (own.0.as_str(), own.1.as_str()) && started(id).as_deref() != Some(*start)
}

/// The machine since its start, and the space in which process numbers count: containers have their own.
fn here() -> Option<(String, String)> {
    let machine = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some((machine.trim().to_owned(), space.to_string_lossy().into_owned()))
}

/// When a process has started, in ticks since the machine's start; `None` if there is none.
fn started(id: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name of the program is in parentheses, and may have any characters in it. A process that has ended and that
    // nobody has asked for yet is a zombie.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    match fields.first() {
        Some(&"Z") | None => None,
        Some(_) => fields.get(19).map(|start| (*start).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_itself_and_the_dead() {
        let Some(own) = this_process() else { return };
        assert!(!is_gone(&own));
        let (others, start) = own.rsplit_once(' ').expect("fields");
        assert!(is_gone(&format!("{others} 1{start}")));
        assert!(!is_gone("another-machine pid:[1] 1 1"));
        assert!(!is_gone("") && !is_gone("1234"));
    }
}
