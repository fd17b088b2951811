"""What is said in the channels: cases, the removal ladder, replies."""
